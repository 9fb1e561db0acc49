// Files that speak of each other, and data sources.
#include <catch2/catch.hpp>

#include "tests/unit/models/import/imports.hpp"

using namespace moshimo;
using namespace moshimo::models;

TEST_CASE("A data source that a resource names is taken in, others are not") {
  const ImportResult r = import_text(state(
      held("aws_lambda_function", "f", R"({"function_name":"f","role":"arn:aws:iam::111111111111:role/shared"})") +
      R"(,{"mode":"data","type":"aws_iam_role","name":"d","instances":[{"attributes":{"name":"shared","arn":"arn:aws:iam::111111111111:role/shared","path":"/"}}]},
          {"mode":"data","type":"aws_iam_role","name":"e","instances":[{"attributes":{"name":"other","arn":"arn:aws:iam::111111111111:role/other"}}]})"));
  CHECK(edges(r) == Texts{"f role -> shared"});
  CHECK(find(r, "other") == nullptr);
  CHECK(r.coverage.data_sources == 2);
  CHECK(r.coverage.external.empty());
}

TEST_CASE("States of several files know each other") {
  const ImportResult r = import_together(
      {state(held("aws_iam_role", "r", R"({"name":"r","arn":"arn:aws:iam::111111111111:role/r"})")),
       state(held("aws_lambda_function", "f", R"({"function_name":"f","role":"arn:aws:iam::111111111111:role/r"})"))});
  CHECK(edges(r) == Texts{"f role -> r"});
  CHECK(r.coverage.external.empty());
}

TEST_CASE("A state beside a plan of it tells nothing twice") {
  const std::string role = R"({"name":"r","arn":"arn:aws:iam::111111111111:role/r","id":"r"})";
  const ImportResult r =
      import_together({state(held("aws_iam_role", "r", role)),
                       R"({"resource_changes":[{"address":"aws_iam_role.r","mode":"managed","type":"aws_iam_role",
                                         "name":"r","change":{"actions":["delete"],"before":)" +
                           role + R"(,"after":null}}]})"});
  CHECK(r.coverage.modelled == 1);
  CHECK(faults(r) == Texts{"delete r"});
}
