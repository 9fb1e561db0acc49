// What only the way back loses is told as such.
#include <catch2/catch.hpp>
#include <string>

#include "tests/unit/report/told.hpp"

using namespace moshimo;

// The function runs again once its role is there, and may call nothing before that has its policies back, two minutes
// later: what waited for it is given up at once where it is tried but once, long before it would be if nobody acted.
TEST_CASE("what is lost because something runs again too soon is said to be", "[report]") {
  const auto headline = [](const std::string& calls) {
    const std::string text = told(R"(
resources:
  works: { type: iam:role }
  fn: { type: lambda:function, role: works, max_retries: 0, calls: [)" +
                                      calls + R"(] }
  store: { type: kinesis:stream }
traffic: [{ to: fn, rate: 5/s }]
)",
                                  "horizon: 2d\nfaults: [{ at: 0s, delete: works }]\nresponse: { detect: 10m }\n");
    return text.substr(0, text.find("── If nobody acts"));
  };
  const std::string words =
      "events of fn are lost by the way back itself: what runs again sends into what still fails.";
  CHECK(has(headline("{ to: store }"), words));
  CHECK_FALSE(has(headline(""), "lost by the way back itself"));
}
