// What is said about policy documents that AWS would not take: the exact sentence at the exact place, all at once.
#include "models/iam/policy.hpp"

#include <catch2/catch.hpp>

using namespace moshimo;
using namespace moshimo::models::iam;

namespace {

std::string mistakes(DocumentKind kind, const std::string& json) {
  input::Diagnostics diagnostics;
  const Policy policy = parse_policy("p.json", kind, json, diagnostics);
  std::string text;
  try {
    diagnostics.throw_if_errors();
  } catch (const input::InputError& e) {
    text = e.what();
  }
  for (const input::Diagnostic& warning : diagnostics.warnings()) text += "warning " + to_string(warning);
  return text;
}

std::string statement_mistakes(const std::string& inside, DocumentKind kind = DocumentKind::identity) {
  return mistakes(kind, R"({ "Version": "2012-10-17", "Statement": [)"
                        "\n{ " +
                            inside + " }] }");
}

std::string condition_mistakes(const std::string& condition) {
  return statement_mistakes(R"("Effect": "Allow", "Action": "*", "Resource": "*", "Condition":)"
                            "\n" +
                            condition);
}

}  // namespace

TEST_CASE("a sound document has no mistakes", "[iam]") {
  CHECK(statement_mistakes(R"("Effect": "Allow", "Action": ["s3:Get*", "*"], "Resource": ["arn:aws:s3:::b/*", "*"])")
            .empty());
  CHECK(statement_mistakes(R"("Effect": "Deny", "Principal": {"AWS": ["111111111111", "*", "AROAOLD1OLD1OLD1OLD1"],
    "Service": "s3.amazonaws.com"}, "NotAction": "s3:GetObject")",
                           DocumentKind::resource)
            .empty());
}

TEST_CASE("mistyped keys of a policy and a statement come with the nearest one", "[iam]") {
  CHECK(mistakes(DocumentKind::identity, R"({ "version": "2012-10-17", "Statements": [] })") ==
        "p.json:1:1: key 'Statement' is missing\n"
        "p.json:1:3: unknown key 'version'; did you mean 'Version'?\n"
        "p.json:1:28: unknown key 'Statements'; did you mean 'Statement'?");
  CHECK(statement_mistakes(R"("Efect": "Allow", "Actions": "*", "Resource": "*", "Conditions": {})") ==
        "p.json:2:1: key 'Effect' is missing\n"
        "p.json:2:1: this statement has neither 'Action' nor 'NotAction'\n"
        "p.json:2:3: unknown key 'Efect'; did you mean 'Effect'?\n"
        "p.json:2:21: unknown key 'Actions'; did you mean 'Action'?\n"
        "p.json:2:54: unknown key 'Conditions'; did you mean 'Condition'?");
}

TEST_CASE("versions and effects are closed lists", "[iam]") {
  CHECK(mistakes(DocumentKind::identity, R"({ "Version": "2012-10-71", "Statement": [] })") ==
        "p.json:1:14: '2012-10-71' is no version of the policy language; write 2012-10-17, or 2008-10-17 without "
        "variables");
  CHECK(statement_mistakes(R"("Effect": "allow", "Action": "*", "Resource": "*")") ==
        "p.json:2:13: 'allow' is no effect; did you mean 'Allow'?");
  CHECK(statement_mistakes(R"("Effect": true, "Action": "*", "Resource": "*")") ==
        "p.json:2:13: 'true' is no effect; write Allow or Deny");
}

TEST_CASE("elements that exclude each other, and elements that are needed", "[iam]") {
  CHECK(statement_mistakes(
            R"("Effect": "Allow", "Action": "*", "NotAction": "*", "Resource": "*", "NotResource": "*")") ==
        "p.json:2:37: 'Action' and 'NotAction' exclude each other; keep one\n"
        "p.json:2:72: 'Resource' and 'NotResource' exclude each other; keep one");
  CHECK(statement_mistakes(R"("Effect": "Allow")") ==
        "p.json:2:1: this statement has neither 'Action' nor 'NotAction'\n"
        "p.json:2:1: this statement has neither 'Resource' nor 'NotResource'");
  CHECK(statement_mistakes(R"("Effect": "Allow", "Action": "s3:*", "Resource": "*")", DocumentKind::resource) ==
        "p.json:2:1: this statement has neither 'Principal' nor 'NotPrincipal'");
  CHECK(statement_mistakes(R"("Effect": "Allow", "Action": [], "Resource": [])") ==
        "p.json:2:32: no action is named; write at least one, or '*'\n"
        "p.json:2:48: no resource is named; write at least one ARN, or '*'");
}

TEST_CASE("each kind of document has its own rules", "[iam]") {
  CHECK(statement_mistakes(R"("Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*")") ==
        "p.json:2:22: an identity policy has no 'Principal'; it speaks of whom it is attached to");
  CHECK(statement_mistakes(R"("Effect": "Deny", "NotPrincipal": "*", "Action": "*", "Resource": "*")",
                           DocumentKind::scp) ==
        "p.json:2:21: a service control policy has no 'NotPrincipal'; it speaks of whom it is attached to");
  CHECK(statement_mistakes(R"("Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole", "Resource": "*")",
                           DocumentKind::trust) ==
        "p.json:2:68: a trust policy has no 'Resource'; it speaks of its role");
  CHECK(statement_mistakes(
            R"("Effect": "Allow", "Principal": {"AWS": "111111111111"}, "NotAction": "s3:*", "Resource": "*")",
            DocumentKind::rcp) ==
        "p.json:2:1: a resource control policy is for everybody; write \"Principal\": \"*\" and a condition\n"
        "p.json:2:1: a resource control policy cannot have 'NotAction'; name the actions\n"
        "p.json:2:1: a resource control policy can only deny; AWS's own RCPFullAWSAccess is the one that allows");
}

TEST_CASE("actions and resources look like actions and resources", "[iam]") {
  CHECK(
      statement_mistakes(R"("Effect": "Allow", "Action": ["GetObject", "s3:", 7, {}], "Resource": ["bucket/*", []])") ==
      "p.json:2:33: 'GetObject' is no action; write one such as s3:GetObject, or '*'\n"
      "p.json:2:46: 's3:' is no action; write one such as s3:GetObject, or '*'\n"
      "p.json:2:53: '7' is no action; write one such as s3:GetObject, or '*'\n"
      "p.json:2:56: an action must be a text such as s3:GetObject\n"
      "p.json:2:74: 'bucket/*' is no ARN; write one such as arn:aws:s3:::bucket/*, or '*'\n"
      "p.json:2:86: a resource must be an ARN, or '*'");
}

TEST_CASE("principals look like principals", "[iam]") {
  CHECK(
      statement_mistakes(R"("Effect": "Allow", "Action": "*", "Principal": {
 "AWS": ["me", "arn:aws:iam::111111111111:role/*", "arn:aws:iam::111111111111:group/g", "arn:aws:s3:::b", {}],
 "Service": "lambda", "Servic": "x", "Federated": []})",
                         DocumentKind::resource) ==
      "p.json:3:10: 'me' is no principal; write an account number, the ARN of a user, role or session, or '*'\n"
      "p.json:3:16: 'arn:aws:iam::111111111111:role/*' has a wildcard, and a principal is '*' or one name; compare "
      "aws:PrincipalArn in a condition\n"
      "p.json:3:52: 'arn:aws:iam::111111111111:group/g' is a group, and a group is no principal; name its users\n"
      "p.json:3:89: 'arn:aws:s3:::b' is no principal; write an account number, the ARN of a user, role or session, or "
      "'*'\n"
      "p.json:3:107: a principal must be a text\n"
      "p.json:4:13: 'lambda' is no service principal; one looks like lambda.amazonaws.com\n"
      "p.json:4:23: unknown key 'Servic'; did you mean 'Service'?\n"
      "p.json:4:51: nobody is named; write at least one principal");
  CHECK(
      statement_mistakes(R"("Effect": "Allow", "Action": "*", "Principal": "111111111111")", DocumentKind::resource) ==
      "p.json:2:50: a principal is '*' or an object such as {\"AWS\": ...}, found '111111111111'");
  CHECK(statement_mistakes(R"("Effect": "Allow", "Action": "*", "Principal": {})", DocumentKind::resource) ==
        "p.json:2:50: nobody is named; write '*' or {\"AWS\": ...}");
}

TEST_CASE("mistyped operators come with the nearest one", "[iam]") {
  CHECK(condition_mistakes(R"({ "StringEqual": {"aws:x": "a"}, "ForAllValue:StringLike": {"aws:x": "a"},
 "ForAnyValue:Stringlike": {"aws:x": "a"}, "NullIfExists": {"aws:x": "true"}, "Matches": {"aws:x": "a"} })") ==
        "p.json:3:3: 'StringEqual' is no condition operator; did you mean 'StringEquals'?\n"
        "p.json:3:34: 'ForAllValue:' is no set operator; did you mean 'ForAllValues:'?\n"
        "p.json:4:2: 'Stringlike' is no condition operator; did you mean 'StringLike'?\n"
        "p.json:4:44: 'Null' itself asks whether a key exists; write it without IfExists\n"
        "p.json:4:79: 'Matches' is no condition operator");
}

TEST_CASE("values of conditions are of the operator's kind", "[iam]") {
  CHECK(condition_mistakes(R"({ "NumericEquals": {"aws:x": "ten"}, "DateLessThan": {"aws:x": "tomorrow"},
 "Bool": {"aws:x": "yes"}, "IpAddress": {"aws:x": ["10.0.0.0/33", "10.0.0.256"]}, "BinaryEquals": {"aws:x": "%"},
 "StringLike": {"prefix": null}, "StringEquals": "a" })") ==
        "p.json:3:30: 'ten' is no number\n"
        "p.json:3:64: 'tomorrow' is no date; write one such as 2026-01-31T12:00:00Z, or seconds since 1970\n"
        "p.json:4:20: 'yes' is no truth value; write true or false\n"
        "p.json:4:52: '10.0.0.0/33' is no IP address or range; write one such as 203.0.113.0/24 or 2001:db8::/32\n"
        "p.json:4:67: '10.0.0.256' is no IP address or range; write one such as 203.0.113.0/24 or 2001:db8::/32\n"
        "p.json:4:109: '%' is no base64 text\n"
        "p.json:5:17: 'prefix' is no condition key; one has a prefix, such as aws: or s3:\n"
        "p.json:5:27: a value of a condition must be a text, a number, true or false\n"
        "p.json:5:50: a condition operator must be a map, found 'a'");
}

TEST_CASE("variables have an end, a name and quoted defaults", "[iam]") {
  CHECK(statement_mistakes(R"("Effect": "Allow", "Action": "*",
 "Resource": ["arn:aws:s3:::b/${aws:username", "arn:aws:s3:::b/${}", "arn:aws:s3:::b/${aws:username, x}"])") ==
        "p.json:3:15: the variable in 'arn:aws:s3:::b/${aws:username' has no end; write a '}' behind its name\n"
        "p.json:3:48: a variable in 'arn:aws:s3:::b/${}' has no name\n"
        "p.json:3:70: the default value in 'arn:aws:s3:::b/${aws:username, x}' is not in single quotes; write ${key, "
        "'value'}");
}

TEST_CASE("a global condition key that looks mistyped is a warning", "[iam]") {
  CHECK(condition_mistakes(
            R"({ "StringEquals": {"aws:PrincipalOrgId": "o-1", "AWS:principaltag/Team": "x", "aws:NewKey": "x"},
 "Bool": {"aws:SecureTransports": "true"} })") ==
        "warning p.json:4:11: 'aws:SecureTransports' is no condition key that is known, so no request has it; did you "
        "mean 'aws:SecureTransport'?");
  CHECK(condition_mistakes(R"({ "StringEquals": {"aws:ResourceTags/team": "x"} })") ==
        "warning p.json:3:20: 'aws:ResourceTags/team' is no condition key that is known, so no request has it; did you "
        "mean 'aws:ResourceTag/'?");
}

TEST_CASE("a variable before the fifth colon is a warning", "[iam]") {
  CHECK(statement_mistakes(
            R"("Effect": "Allow", "Action": "*", "Resource": "arn:aws:sqs:*:${aws:PrincipalAccount}:q")") ==
        "warning p.json:2:49: AWS fills in variables only behind the fifth colon of a resource, so "
        "'arn:aws:sqs:*:${aws:PrincipalAccount}:q' stays as it is");
}

TEST_CASE("a Sid stands for one statement", "[iam]") {
  CHECK(mistakes(DocumentKind::identity, R"({ "Statement": [
{ "Sid": "A", "Effect": "Allow", "Action": "*", "Resource": "*" },
{ "Sid": "A", "Effect": "Deny", "Action": "*", "Resource": "*" }] })") ==
        "p.json:3:10: the Sid 'A' stands for two statements; give each its own");
}

TEST_CASE("what is no policy at all", "[iam]") {
  CHECK(mistakes(DocumentKind::identity, "[]") == "p.json:1:1: a policy must be a map, found a list");
  CHECK(mistakes(DocumentKind::identity, R"({ "Statement": "x" })") ==
        "p.json:1:16: 'Statement' must be a statement or a list of them");
  CHECK(mistakes(DocumentKind::identity, R"({ "Statement": [1] })") ==
        "p.json:1:17: a statement must be a map, found '1'");
  CHECK_FALSE(mistakes(DocumentKind::identity, R"({ "Statement": )").empty());
}

TEST_CASE("a document may stand in another file, as an object or as JSON text", "[iam]") {
  input::Diagnostics diagnostics;
  const auto document = input::Document::parse("inventory.yaml",
                                               "inline:\n"
                                               "  Statement: { Effect: Deny, Action: '*', Resource: '*' }\n"
                                               "text: '{\"Statement\": {\"Effect\": \"Deni\"}}'\n",
                                               input::Format::yaml, diagnostics);
  const input::Cursor root(document, diagnostics);
  const Policy object = read_policy("one", DocumentKind::identity, root.find("inline"));
  REQUIRE(object.statements.size() == 1);
  CHECK(object.statements.front().is_deny);
  CHECK(object.statements.front().at.file->line_column(object.statements.front().at.offset).line == 2);
  CHECK_FALSE(diagnostics.has_errors());
  const Policy text = read_policy("two", DocumentKind::identity, root.find("text"));
  REQUIRE(diagnostics.errors().size() == 3);
  CHECK(to_string(diagnostics.errors().front()) ==
        "inventory.yaml:3:7 (two):1:26: 'Deni' is no effect; did you mean 'Deny'?");
}
