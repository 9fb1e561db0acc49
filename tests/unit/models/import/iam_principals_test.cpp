#include "models/import/iam_principals.hpp"

#include <catch2/catch.hpp>

using namespace moshimo;
using namespace moshimo::models::importing;
using By = NamedPrincipal::By;

namespace {

std::vector<NamedPrincipal> principals(const std::string& json) {
  static Documents documents;
  input::Diagnostics diagnostics;
  const Value root = documents.add(
      std::make_shared<input::Document>(input::Document::parse("policy", json, input::Format::json, diagnostics)));
  REQUIRE_FALSE(diagnostics.has_errors());
  return principals_of(root);
}

std::vector<NamedPrincipal> allowed(const std::string& principal) {
  return principals(R"({"Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":)" + principal + "}]}");
}

}  // namespace

TEST_CASE("A principal is named by ARN, unique ID, account or service") {
  CHECK(allowed(R"({"AWS":"arn:aws:iam::111111111111:role/app"})") ==
        std::vector<NamedPrincipal>{{By::arn, "arn:aws:iam::111111111111:role/app", false}});
  CHECK(allowed(R"({"AWS":"AROAEXAMPLEEXAMPLE123"})") ==
        std::vector<NamedPrincipal>{{By::role_id, "AROAEXAMPLEEXAMPLE123", false}});
  CHECK(allowed(R"({"AWS":["111111111111","arn:aws:iam::222222222222:root"]})") ==
        std::vector<NamedPrincipal>{{By::account, "111111111111", false}, {By::account, "222222222222", false}});
  CHECK(allowed(R"({"Service":["lambda.amazonaws.com","edgelambda.amazonaws.com"]})") ==
        std::vector<NamedPrincipal>{{By::service, "lambda.amazonaws.com", false},
                                    {By::service, "edgelambda.amazonaws.com", false}});
}

TEST_CASE("A session stands for its role") {
  CHECK(allowed(R"({"AWS":"arn:aws:sts::111111111111:assumed-role/app/session"})") ==
        std::vector<NamedPrincipal>{{By::arn, "arn:aws:iam::111111111111:role/app", false}});
}

TEST_CASE("Everybody is told as a star, unless a condition narrows it") {
  const std::vector<NamedPrincipal> everybody = {{By::account, "*", false}};
  CHECK(allowed(R"("*")") == everybody);
  CHECK(allowed(R"({"AWS":"*"})") == everybody);
  CHECK(
      principals(
          R"({"Statement":{"Effect":"Allow","Principal":"*","Condition":{"StringLike":{"aws:userid":"AROAEXAMPLEEXAMPLE123:*"}}}})") ==
      std::vector<NamedPrincipal>{{By::role_id, "AROAEXAMPLEEXAMPLE123", false, true}});
  CHECK(principals(R"({"Statement":{"Effect":"Allow","Principal":{"AWS":"111111111111"},
                       "Condition":{"ArnEquals":{"aws:PrincipalArn":["arn:aws:iam::111111111111:role/app"]}}}})") ==
        std::vector<NamedPrincipal>{{By::arn_condition, "arn:aws:iam::111111111111:role/app", false, true}});
}

TEST_CASE("A Deny spares whom its negative condition names") {
  CHECK(principals(R"({"Statement":[{"Effect":"Deny","Principal":"*","Condition":{"StringNotLike":{"aws:userId":
                       ["AROAEXAMPLEEXAMPLE123:*","111111111111"]}}}]})") ==
        std::vector<NamedPrincipal>{{By::role_id, "AROAEXAMPLEEXAMPLE123", true, true}});
  CHECK(principals(R"({"Statement":[{"Effect":"Deny","Principal":{"AWS":"arn:aws:iam::111111111111:role/app"}}]})")
            .empty());
}

TEST_CASE("Odd shapes of a document name nobody and break nothing") {
  CHECK(principals("{}").empty());
  CHECK(principals("[]").empty());
  CHECK(principals(R"({"Statement":["x",null,3,{"Principal":["a"]},{"Principal":{"AWS":{"a":1}}}]})").empty());
}

TEST_CASE("An ID is told by its beginning and its letters, however long it is") {
  const auto by_condition = [](const std::string& id) {
    return principals(R"({"Statement":[{"Effect":"Allow","Principal":"*","Condition":{"StringLike":{"aws:userid":")" +
                      id + R"("}}}]})");
  };
  REQUIRE(by_condition("AROAEXAMPLEREPL:*").size() == 1);
  CHECK(by_condition("AROAEXAMPLEREPL:*").front().named_as == "AROAEXAMPLEREPL");
  CHECK(by_condition("AROAEXAMPLEREPL:*").front().by == NamedPrincipal::By::role_id);
  CHECK(by_condition("AROAAPP:*").front().by == NamedPrincipal::By::role_id);
  // Who that is nobody can tell: nobody is shut out.
  REQUIRE(by_condition("a-name-of-somebody").size() == 1);
  CHECK(by_condition("a-name-of-somebody").front().named_as == "*");
}
