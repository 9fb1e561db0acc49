#include "models/command_line.hpp"

#include <catch2/catch.hpp>

using moshimo::models::call_of;

TEST_CASE("a command is the call that policies know it by") {
  CHECK(call_of("aws iam create-role --role-name web") == "iam:CreateRole");
  CHECK(call_of("aws s3api put-bucket-policy --bucket b --policy file://p.json") == "s3:PutBucketPolicy");
  CHECK(call_of("aws s3api put-bucket-encryption --bucket b") == "s3:PutEncryptionConfiguration");
  CHECK(call_of("aws stepfunctions redrive-execution --execution-arn e") == "states:RedriveExecution");
  CHECK(call_of("aws lambda invoke --function-name f out.json") == "lambda:InvokeFunction");
}

TEST_CASE("a command for another Region says so, once") {
  CHECK(moshimo::models::in_region("aws kms enable-key --key-id k", "us-east-1") ==
        "aws kms enable-key --key-id k --region us-east-1");
  const std::string elsewhere = "aws kms replicate-key --key-id k --replica-region us-east-1 --region eu-west-1";
  CHECK(moshimo::models::in_region(elsewhere, "us-east-1") == elsewhere);
  CHECK(moshimo::models::in_region("sudo reboot", "us-east-1") == "sudo reboot");
}

TEST_CASE("what only looks, waits or makes several calls is none to be denied") {
  CHECK(call_of("aws kms describe-key --key-id k").empty());
  CHECK(call_of("aws iam wait role-exists --role-name r").empty());
  CHECK(call_of("aws s3 cp s3://a b --recursive").empty());
  CHECK(call_of("terraform apply").empty());
  CHECK(call_of("aws").empty());
  CHECK(call_of("").empty());
}
