#include <catch2/catch.hpp>
#include <string>

#include "models/catalogue.hpp"
#include "report/report.hpp"

namespace moshimo::report {
namespace {

std::string told(const char* type) {
  return explain_type(*models::embedded_catalogue().find_type(type), models::embedded_catalogue(), {});
}

TEST_CASE("of a trait a type is told what it uses of it, and no command that is empty", "[report]") {
  const std::string queue = told("sqs:queue");
  CHECK(queue.find("give-new-key") != std::string::npos);
  CHECK(queue.find("make-anew") == std::string::npos);
  CHECK(queue.find("not_replaced") == std::string::npos);
  const std::string cluster = told("eks:cluster");
  CHECK(cluster.find("make-anew") != std::string::npos);
  CHECK(cluster.find("replaced-by-apply") == std::string::npos);
  CHECK(cluster.find("$ \n") == std::string::npos);
  CHECK(cluster.find("$\n") == std::string::npos);
}

TEST_CASE("what is taken where nothing is written is said, and said of nothing twice", "[report]") {
  Style wide;
  wide.width = 400;
  for (const models::TypeDef* type : models::embedded_catalogue().types()) {
    INFO(type->name);
    const std::string text = explain_type(*type, models::embedded_catalogue(), wide);
    CHECK(text.find("unless written\n") == std::string::npos);
    CHECK(text.find("as below") == std::string::npos);
    CHECK(text.find("unless written yes or no") == std::string::npos);
    CHECK(text.find("unless written outside or none") == std::string::npos);
  }
  CHECK(told("iam:role").find("map of text to text; unless written none") != std::string::npos);
  CHECK(told("lambda:event-source-mapping").find("how old a record") != std::string::npos);
}

}  // namespace
}  // namespace moshimo::report
