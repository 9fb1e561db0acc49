// Plans and states that others published, read where they lie; skipped where they are not at hand.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <iostream>

#include "models/compile.hpp"
#include "tests/unit/models/import/imports.hpp"

using namespace moshimo;
using namespace moshimo::models;

namespace {

std::optional<std::string> real_file(const std::string& path) {
  const std::string file = beside_the_project("real/" + path);
  if (std::filesystem::exists(file)) return file;
  std::cout << "SKIPPED: " << path << " is not at hand\n";
  return std::nullopt;
}

std::size_t resources(const ImportResult& r) {
  return r.coverage.modelled + r.coverage.folded + r.coverage.unmodelled.size();
}

// What was counted in a file by hand.
struct Counts {
  std::size_t modelled, folded, unmodelled;  // together: the managed resources of the file
  std::size_t stated, unfollowed, unresolved;
  std::size_t external;
};

void check_counts(const ImportResult& r, const Counts& expected) {
  CHECK(r.coverage.modelled == expected.modelled);
  CHECK(r.coverage.folded == expected.folded);
  CHECK(r.coverage.unmodelled.size() == expected.unmodelled);
  CHECK(r.coverage.stated == expected.stated);
  CHECK(r.coverage.unfollowed == expected.unfollowed);
  CHECK(r.coverage.inferred == 0);
  CHECK(r.edges.size() == expected.stated);
  for (const std::string& one : unresolved(r)) UNSCOPED_INFO(one);
  CHECK(r.coverage.unresolved.size() == expected.unresolved);
  CHECK(r.coverage.external.size() == expected.external);
  // Names are unique, and what an edge leads to is there.
  Texts names;
  for (const Resource& resource : r.inventory.resources) names.push_back(resource.name);
  std::sort(names.begin(), names.end());
  CHECK(std::adjacent_find(names.begin(), names.end()) == names.end());
  for (const ImportedEdge& edge : r.edges) {
    INFO(edge.to);
    CHECK(std::binary_search(names.begin(), names.end(), edge.to));
  }
  compiled_from(r);
}

}  // namespace

// The counts below were taken from the files by hand: managed entries of `resource_changes` with a `before` (for plans
// that only create: all of them), or instances of managed resources in a state.

TEST_CASE("A state with a whole data plane: topic, queue, function, bucket") {
  const auto path = real_file("tfstate/pulumi-lambda-sns-sqs-ddb.tfstate");
  if (!path) return;
  const ImportResult r = import_file(*path);
  // 22 managed: log group, table, role, mapping, function, 2 buckets, topic, subscription, 2 queues are 11 resources;
  // role policy, 2 x encryption, lifecycle, topic policy, queue policy are 6 parts; of versioning (2), public access
  // blocks (2) and ownership controls (1) the model knows nothing.
  CHECK(r.coverage.modelled == 11);
  CHECK(r.coverage.folded == 6);
  REQUIRE(r.coverage.unmodelled.size() == 5);
  CHECK(r.coverage.unmodelled.front().address == "module.data_lake_bucket.aws_s3_bucket_ownership_controls.this[0]");
  CHECK(r.coverage.unresolved.empty());
  CHECK(r.coverage.external.empty());
  // By the ARNs in the file. What `dependencies` lists beyond these is not direct and must not appear.
  const std::string mapping = "aws_lambda_event_source_mapping.sqs_trigger";
  CHECK(edges(r) == sorted({
                        "aws_sns_topic_subscription.sqs_subscription endpoint -> data-pipeline4-data-processing",
                        "aws_sns_topic_subscription.sqs_subscription topic -> data-pipeline4-s3-notifications",
                        "data-pipeline4-data-processing dead_letter -> data-pipeline4-data-processing-dlq",
                        "data-pipeline4-data-processor logs.group -> /aws/lambda/data-pipeline4-data-processor",
                        "data-pipeline4-data-processor role -> data-pipeline4-lambda-role",
                        mapping + " function -> data-pipeline4-data-processor",
                        mapping + " source -> data-pipeline4-data-processing",
                    }));
  CHECK(r.inventory.account == "111111111111");
  CHECK(r.inventory.region == "us-east-1");
  CHECK_FALSE(r.has_plan);
}

TEST_CASE("A plan that deletes a role with its policy and attachment") {
  const auto path = real_file("tfplan/cdssnc-org-roles-delete.json");
  if (!path) return;
  const ImportResult r = import_file(*path);
  // 9 changes, 3 of them creations: 2 roles and 2 policies exist, and 2 attachments that are part of the roles.
  CHECK(r.coverage.modelled == 4);
  CHECK(r.coverage.folded == 2);
  CHECK(r.coverage.unmodelled.empty());
  // The attachment goes with its role and is no fault of its own.
  CHECK(faults(r) == Texts{"delete sre_bot_policy", "delete sre_bot_role"});
  CHECK(r.changes.deletions.front().why == "delete_because_no_resource_config");
  CHECK(r.changes.created.size() == 3);
  CHECK(r.changes.not_simulated.empty());  // one more attachment takes nothing away
  const std::string oidc = "module.OIDC_Roles.aws_iam_role.this[\"listAccountsInSandboxOUForNuke\"]";
  CHECK(edges(r) == sorted({
                        oidc + " policies -> aws_iam_policy.org_account_list_in_sandbox",  // both have the same name
                        "sre_bot_role policies -> sre_bot_policy",
                    }));
  // The trust policy is marked as sensitive: its two principals, who live elsewhere, are not named.
  CHECK(r.coverage.external.empty());
  REQUIRE(r.coverage.unresolved.size() == 1);
  CHECK(r.coverage.unresolved.front().why == "it is marked as sensitive, and names somebody who is not in the files");
}

TEST_CASE("A plan that only creates shows the world after it, by references") {
  const auto path = real_file("tfplan/checkov-terragoat.json");
  if (!path) return;
  const ImportResult r = import_file(*path);
  CHECK(r.is_planned_world);
  CHECK(resources(r) == 55);  // 54 of AWS and a null_resource
  CHECK(r.changes.created.size() == 55);
  // Read off the expressions in the configuration; the names are those of AWS where the plan knows them.
  const std::string p = "123456789123-acme-corp";
  const std::vector<std::string> found = edges(r);
  for (const std::string& edge : Texts{
           "aws_iam_access_key.user user -> " + p + "-user",
           p + "-profile role -> " + p + "-role",
           "aws_instance.db_app profile -> " + p + "-profile",
           "aws_instance.db_app security_group -> aws_security_group.web-node (reference)",
           "aws_instance.web_host security_group -> aws_security_group.web-node (reference)",
           "alias/" + p + "-logs-bucket-key target -> aws_kms_key.logs_key (reference)",
           p + "-analysis role -> " + p + "-analysis-lambda (reference)",
           p + "-data-science access_logs -> " + p + "-logs (reference)",
           p + "-logs kms_key -> aws_kms_key.logs_key (reference)",
       }) {
    INFO(edge);
    CHECK(std::count(found.begin(), found.end(), edge) == 1);
  }
  for (const auto& u : r.coverage.unresolved) UNSCOPED_INFO(u.address << " " << u.attribute << " " << u.why);
  CHECK(r.coverage.unresolved.empty());
}

TEST_CASE("Every published plan and state is counted whole") {
  struct Expected {
    const char* file;
    Counts counts;
    bool is_planned = false;
    Texts faults = {};
  };
  const std::vector<Expected> files = {
      // 31 creations. Parts: 2 bucket policies, the policies of a topic, a table, a stream, a search domain and a
      // vault, a permission. The policy of a stream's consumer has no stream. References: a function's role, the two
      // ends of a
      // subscription; all three
      // lead outside.
      {"tfplan/awslabs-resource-policies.json", {13, 8, 10, 3, 0, 1, 3}, true},
      // One attachment, of a policy and a role of other states.
      {"tfplan/cdssnc-moved-attachment.json", {0, 1, 0, 1, 0, 0, 2}},
      {"tfplan/checkov-codebuild.json", {3, 0, 0, 2, 0, 0, 0}, true},  // two projects and their role
      // 26 changes, 12 creations. 6 instances in one security group that the plan does not hold; a database and the
      // role
      // that monitors it, with an attachment of a policy that AWS manages.
      {"tfplan/infracost-tf014.json", {8, 1, 5, 7, 0, 0, 1}},
      {"tfplan/opentofu-basic-delete.json", {0, 0, 2, 0, 0, 0, 0}},
      {"tfplan/opentofu-modules.json", {0, 0, 4, 0, 0, 0, 0}, true},  // 4 creations of a test type
      // No format_version. 5 policies, 2 deployments and a secret of Kubernetes; the policy document is a data source.
      {"tfplan/overmind-k8s-iam.json", {5, 0, 3, 0, 0, 0, 0}},
      {"tfplan/policyengine-s3-replace.json",
       {3, 0, 0, 0, 0, 0, 0},
       false,
       {"delete delete20220817101803364800000002"}},
      {"tfplan/precloud-sqs.json", {2, 0, 0, 0, 0, 0, 0}, false, {"delete check-sqs-2"}},
      // A role with its inline policy, a log group, and a flow log that names both; two networks are not modelled.
      {"tfplan/regula-flowlog.json", {3, 1, 2, 2, 0, 0, 0}, true},
      // One queue has the key of the plan, the other a key that is only called "key".
      {"tfplan/tfcompliance-260-sqs-kms.json", {3, 0, 0, 2, 0, 0, 1}, true},
      {"tfplan/tfcompliance-456-ecr-roles.json", {32, 0, 0, 0, 0, 0, 0}, true},
      // 15 changes, 5 creations, and one "no-op" whose values were cut out: 9. Parts: 2 targets, 2 attachments, a
      // policy. Somebody cut the ARNs out, so the rules have targets nobody knows.
      {"tfplan/tfcompliance-522-eventbridge-lambda.json",
       {4, 5, 0, 0, 0, 2, 0},
       false,
       {"delete metrics-lambda-pri20210709064633847000000001"}},
      {"tfplan/cdssnc-org-roles-delete.json",
       {4, 2, 0, 2, 0, 1, 0},
       false,
       {"delete sre_bot_policy", "delete sre_bot_role"}},
      // Parts: an inline policy of a role and one of a user, 2 attachments, 2 rules of security groups, the attachment
      // of
      // a volume and the policy of a search domain. The database's security group is not followed.
      // The cluster has its role, the flow log its bucket.
      {"tfplan/checkov-terragoat.json", {26, 8, 21, 14, 1, 0, 0}, true},
      {"tfstate/pulumi-lambda-sns-sqs-ddb.tfstate", {11, 6, 5, 7, 0, 0, 0}},
      {"tfstate/driftctl-kms-alias.tfstate", {3, 0, 0, 3, 0, 0, 1}},
      {"tfstate/driftctl-kms-key.tfstate", {3, 0, 0, 1, 0, 0, 1}},     // one policy names a user
      {"tfstate/driftctl-lambda-esm.tfstate", {2, 0, 0, 4, 0, 0, 3}},  // 2 queues, twice the same function
      {"tfstate/driftctl-lambda.tfstate", {2, 0, 0, 2, 0, 0, 1}},
      {"tfstate/driftctl-sns-subscription.tfstate", {2, 0, 0, 4, 0, 0, 3}},  // 2 topics, twice one queue
      // A cluster, a service, a load balancer, 4 groups. 9 rules without a type, so nobody knows which way they open.
      {"tfstate/inframap-ecs-alb.tfstate", {7, 0, 9, 0, 0, 9, 0}},
      // A cluster and its nodes, whose roles are elsewhere.
      {"tfstate/terraboard-eks.tfstate", {3, 0, 0, 3, 0, 0, 2}},
  };
  for (const Expected& expected : files) {
    const auto path = real_file(expected.file);
    if (!path) continue;
    INFO(expected.file);
    const ImportResult r = import_file(*path);
    check_counts(r, expected.counts);
    CHECK(r.is_planned_world == expected.is_planned);
    CHECK(faults(r) == expected.faults);
    // Nothing vanishes: what is not modelled is named.
    CHECK(r.inventory.unknowns.empty() == (r.coverage.unmodelled.empty() && r.coverage.unresolved.empty() &&
                                           r.coverage.unread.empty() && !r.is_planned_world));
  }
}

TEST_CASE("A published state of version 3 is refused with what to run") {
  const auto path = real_file("tfstate/inframap-v3-unsupported.tfstate");
  if (!path) return;
  input::Diagnostics diagnostics;
  const ImportResult r = import_files({*path}, embedded_catalogue(), diagnostics);
  REQUIRE(diagnostics.errors().size() == 1);
  const std::string message = input::to_string(diagnostics.errors().front());
  CHECK(message.find("state of version 3, which is not supported; run `terraform state pull") != std::string::npos);
  CHECK(r.inventory.resources.empty());
}

TEST_CASE("Drift and moves of published plans are told") {
  if (const auto path = real_file("tfplan/precloud-sqs.json")) {
    CHECK(import_file(*path).changes.drifted == Texts{"aws_sqs_queue.test_tf_sqs_2"});
    REQUIRE(import_file(*path).changes.updates.size() == 1);  // and it changes one queue's visibility timeout
    const auto update = import_file(*path).changes.updates.front();
    CHECK(update.name + " " + update.attribute + " " + update.before + " " + update.after ==
          "check-sqs visibility 45s 30s");
  }
  if (const auto path = real_file("tfplan/cdssnc-moved-attachment.json")) {
    const auto moves = import_file(*path).changes.moves;
    REQUIRE(moves.size() == 1);
    CHECK(moves.front().from == "aws_iam_role_policy_attachment.platform_data_lake_export[0]");
    CHECK(moves.front().to == "aws_iam_role_policy_attachment.platform_data_lake_export");
  }
  if (const auto path = real_file("tfplan/tfcompliance-522-eventbridge-lambda.json")) {
    const ImportResult r = import_file(*path);  // of format 0.1, without addresses: 9 updates and 6 deletions
    CHECK(r.changes.drifted.size() == 9);
    CHECK(r.changes.vanished.size() == 6);
    const auto& drifted = r.changes.drifted;
    CHECK(std::count(drifted.begin(), drifted.end(), "aws_cloudwatch_event_rule.metrics_schedule") == 1);
    CHECK(std::count(r.changes.vanished.begin(), r.changes.vanished.end(), "aws_lambda_function.lambda") == 1);
  }
}

TEST_CASE("Every published template is counted whole") {
  struct Expected {
    const char* file;
    Counts counts;
  };
  const std::vector<Expected> files = {
      // A bucket, a stream with role, destination and log group; a topic, its subscription with three ends; two roles,
      // each
      // with an inline policy that is a resource of its own. The log group is only named.
      {"cfn/spat-sns-firehose.yaml", {6, 2, 0, 6, 0, 0, 1}},
      // 22 resources and the role that SAM makes. 6 rules with a bus, a target and a dead-letter queue each, and the
      // function's role; the policies of four topics.
      {"cfn/spat-eventbridge-sns-sqs.yaml", {19, 4, 0, 19, 0, 0, 0}},
      // 12 resources and an event source mapping: its two ends, two roles of functions, a dead-letter queue. An API
      // whose way to the queue stands in a body.
      {"cfn/spat-apigw-sqs-lambda-ddb.yaml", {13, 0, 0, 5, 0, 0, 0}},
      // 24 resources. Parts: three rules of a group and a listener. The log group's key, the task's log group, the load
      // balancer's group and targets, the service's cluster, task and targets, the rule's task and role, the profile's
      // role,
      // a rule from the group to itself; and the service's role, which is not followed.
      {"cfn/awscfn-ecs-schedule.yaml", {16, 4, 4, 12, 1, 0, 0}},
      {"cfn/awscfn-ecs-schedule.json", {16, 4, 4, 12, 1, 0, 0}},
      // An alias and a bucket with their key; a replication with destination, role and key, two of them elsewhere.
      {"cfn/awscfn-s3-replication-kms.yaml", {4, 0, 0, 5, 0, 0, 2}},
      // A stream with bucket, role and log group, and that one's key; bucket and key are parameters.
      {"cfn/awscfn-firehose.yaml", {3, 0, 1, 4, 0, 0, 2}},
      // 20 resources, 6 of them left out by conditions. Two roles and the log group of the task, task, targets and
      // group of
      // the service, and the group's peer, which another stack exports.
      {"cfn/widdix-fargate-alb.yaml", {10, 0, 4, 9, 0, 0, 1}},
      // A role and its profile, three users, two policies of the account; three groups, one of them without users.
      {"gaad/awscli-doc-example.json", {7, 2, 0, 1, 0, 0, 0}},
      {"gaad/cloudmapper-demo.json", {7, 1, 0, 0, 0, 0, 0}},
      // Three roles, a profile with the name of one of them, three users, two policies of the account, one attached.
      {"gaad/cloudsplaining-authz-details.json", {9, 2, 0, 2, 0, 0, 0}},
  };
  for (const Expected& expected : files) {
    const auto path = real_file(expected.file);
    if (!path) continue;
    INFO(expected.file);
    const ImportResult r = import_file(*path);
    check_counts(r, expected.counts);
    CHECK(to_yaml(r.inventory).find("!Ref") == std::string::npos);
  }
}

TEST_CASE("A template in YAML and in JSON is the same inventory") {
  const auto yaml = real_file("cfn/awscfn-ecs-schedule.yaml");
  const auto json = real_file("cfn/awscfn-ecs-schedule.json");
  if (!yaml || !json) return;
  const ImportResult a = import_file(*yaml);
  const ImportResult b = import_file(*json);
  CHECK(edges(a) == edges(b));
  const std::string one = to_yaml(a.inventory);
  CHECK(one.substr(0, one.find("unknowns:")) == to_yaml(b.inventory).substr(0, one.find("unknowns:")));
}
