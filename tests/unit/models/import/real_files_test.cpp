// Plans and states that others published, read where they lie; skipped where they are not at hand.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "models/compile.hpp"
#include "models/import/importer.hpp"

using namespace moshimo;
using namespace moshimo::models;
using How = ImportedEdge::How;

namespace {

std::optional<std::string> real_file(const std::string& path) {
  const char* shared = std::getenv("MOSHIMO_SHARED");
  const std::filesystem::path folder =
      shared ? std::filesystem::path(shared) / "real" : std::filesystem::path(MOSHIMO_SOURCE_DIR) / "../shared/real";
  if (std::filesystem::exists(folder / path)) return (folder / path).string();
  std::cout << "SKIPPED: " << path << " is not at hand\n";
  return std::nullopt;
}

ImportResult import_one(const std::string& path) {
  input::Diagnostics diagnostics;
  ImportResult result = import_files({path}, embedded_catalogue(), diagnostics);
  for (const auto& e : diagnostics.errors()) FAIL_CHECK(input::to_string(e));
  return result;
}

std::size_t resources(const ImportResult& r) {
  return r.coverage.modelled + r.coverage.folded + r.coverage.unmodelled.size();
}

std::vector<std::string> edges(const ImportResult& r) {
  std::vector<std::string> all;
  for (const ImportedEdge& e : r.edges) {
    all.push_back(e.from + " " + e.attribute + " -> " + e.to +
                  (e.how == How::value       ? ""
                   : e.how == How::reference ? " (reference)"
                                             : " (inferred)"));
  }
  std::sort(all.begin(), all.end());
  return all;
}

std::vector<std::string> sorted(std::vector<std::string> texts) {
  std::sort(texts.begin(), texts.end());
  return texts;
}

std::vector<std::string> faults(const ImportResult& r) {
  std::vector<std::string> all;
  for (const auto& d : r.changes.deletions) all.push_back(d.verb + " " + d.name);
  std::sort(all.begin(), all.end());
  return all;
}

using Texts = std::vector<std::string>;

}  // namespace

// The counts below were taken from the files by hand: managed entries of `resource_changes` with a `before` (for plans
// that only create: all of them), or instances of managed resources in a state.

TEST_CASE("A state with a whole data plane: topic, queue, function, bucket") {
  const auto path = real_file("tfstate/pulumi-lambda-sns-sqs-ddb.tfstate");
  if (!path) return;
  const ImportResult r = import_one(*path);
  // 22 managed: log group, table, role, mapping, function, 2 buckets, topic, subscription, 2 queues are 11 resources;
  // role policy, 2 x (public access block, encryption, versioning), lifecycle, topic policy, queue policy are 10 parts;
  // the ownership controls are not modelled.
  CHECK(r.coverage.modelled == 11);
  CHECK(r.coverage.folded == 10);
  REQUIRE(r.coverage.unmodelled.size() == 1);
  CHECK(r.coverage.unmodelled.front().address == "module.data_lake_bucket.aws_s3_bucket_ownership_controls.this[0]");
  CHECK(r.coverage.unresolved.empty());
  CHECK(r.coverage.external.empty());
  // By the ARNs in the file. What `dependencies` lists beyond these is not direct and must not appear.
  const std::string mapping = "23b43344-fc36-473f-8843-e1faa46090ad";
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
  const ImportResult r = import_one(*path);
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
                        "sre_bot_role trust[0].allows -> sre-bot-ecs-role",
                        "sre_bot_role trust[1].allows -> AWSReservedSSO_AWSAdministratorAccess_3a0a13131cabe836",
                    }));
  REQUIRE(r.coverage.external.size() == 2);  // the principals of the trust policy live elsewhere
  CHECK(r.coverage.external.front().named_as == "arn:aws:iam::111111111111:role/sre-bot-ecs-role");
  CHECK(r.coverage.external.front().type == "iam:role");
}

TEST_CASE("A plan that only creates shows the world after it, by references") {
  const auto path = real_file("tfplan/checkov-terragoat.json");
  if (!path) return;
  const ImportResult r = import_one(*path);
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
    std::size_t resources;
    std::size_t at_least_modelled;  // with the types there are today; more types may make it more
    std::size_t at_least_folded;
    std::size_t at_least_edges;
    bool planned;
    Texts faults;
  };
  const std::vector<Expected> files = {
      // Two functions and their permission, 2 topics, their policies...: 31 creations. Parts: 2 bucket policies, a
      // topic
      // policy named by the ARN its topic will have, a permission. Edges: the function's role, the subscription's ends.
      {"tfplan/awslabs-resource-policies.json", 31, 10, 4, 3, true, {}},
      {"tfplan/cdssnc-moved-attachment.json", 1, 0, 0, 0, false, {}},
      {"tfplan/checkov-codebuild.json", 3, 1, 0, 0, true, {}},
      // 26 changes, 12 creations. 6 instances in one security group that the plan does not hold.
      {"tfplan/infracost-tf014.json", 14, 7, 1, 6, false, {}},
      {"tfplan/opentofu-basic-delete.json", 2, 0, 0, 0, false, {}},
      {"tfplan/opentofu-modules.json", 0, 0, 0, 0, false, {}},
      // No format_version. 5 policies, 2 deployments and a secret of Kubernetes; the policy document is a data source.
      {"tfplan/overmind-k8s-iam.json", 8, 5, 0, 0, false, {}},
      {"tfplan/policyengine-s3-replace.json", 3, 3, 0, 0, false, {"delete delete20220817101803364800000002"}},
      {"tfplan/precloud-sqs.json", 2, 2, 0, 0, false, {"delete check-sqs-2"}},
      {"tfplan/regula-flowlog.json", 6, 2, 1, 0, true, {}},
      // One queue has the key of the plan, the other a key that is only called "key".
      {"tfplan/tfcompliance-260-sqs-kms.json", 3, 3, 0, 2, true, {}},
      {"tfplan/tfcompliance-456-ecr-roles.json", 32, 32, 0, 0, true, {}},
      // 15 changes, 5 creations, and one "no-op" whose values were cut out: 9. Parts: 2 targets, 2 attachments, a
      // policy.
      {"tfplan/tfcompliance-522-eventbridge-lambda.json",
       9,
       4,
       5,
       0,
       false,
       {"delete metrics-lambda-pri20210709064633847000000001"}},
      {"tfplan/cdssnc-org-roles-delete.json", 6, 4, 2, 4, false, {"delete sre_bot_policy", "delete sre_bot_role"}},
      {"tfplan/checkov-terragoat.json", 55, 20, 6, 9, true, {}},
      {"tfstate/pulumi-lambda-sns-sqs-ddb.tfstate", 22, 11, 10, 7, false, {}},
      {"tfstate/driftctl-kms-alias.tfstate", 3, 3, 0, 3, false, {}},
      {"tfstate/driftctl-kms-key.tfstate", 3, 3, 0, 1, false, {}},     // one policy names a user
      {"tfstate/driftctl-lambda-esm.tfstate", 2, 2, 0, 4, false, {}},  // 2 queues, twice the same function
      {"tfstate/driftctl-lambda.tfstate", 2, 2, 0, 2, false, {}},
      {"tfstate/driftctl-sns-subscription.tfstate", 2, 2, 0, 4, false, {}},
      {"tfstate/inframap-ecs-alb.tfstate", 16, 6, 0, 0, false, {}},  // rules without a type: told as unresolved
      {"tfstate/terraboard-eks.tfstate", 3, 1, 0, 0, false, {}},
  };
  for (const Expected& expected : files) {
    const auto path = real_file(expected.file);
    if (!path) continue;
    INFO(expected.file);
    const ImportResult r = import_one(*path);
    CHECK(resources(r) == expected.resources);
    CHECK(r.coverage.modelled >= expected.at_least_modelled);
    CHECK(r.coverage.folded >= expected.at_least_folded);
    CHECK(r.edges.size() >= expected.at_least_edges);
    CHECK(r.is_planned_world == expected.planned);
    CHECK(faults(r) == expected.faults);
    // Names are unique, and what an edge leads to is there.
    Texts names;
    for (const Resource& resource : r.inventory.resources) names.push_back(resource.name);
    std::sort(names.begin(), names.end());
    CHECK(std::adjacent_find(names.begin(), names.end()) == names.end());
    for (const ImportedEdge& edge : r.edges) {
      INFO(edge.to);
      CHECK(std::binary_search(names.begin(), names.end(), edge.to));
    }
    // It is an inventory that can be simulated.
    input::Diagnostics mistakes;
    CompileOptions options;
    options.cut_loops = true;
    compile(r.inventory, embedded_catalogue(), options, mistakes);
    for (const auto& e : mistakes.errors()) FAIL_CHECK(input::to_string(e));
    // Nothing vanishes: what is not modelled is named.
    CHECK(r.inventory.unknowns.empty() ==
          (r.coverage.unmodelled.empty() && r.coverage.unresolved.empty() && !r.is_planned_world));
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
    CHECK(import_one(*path).changes.drifted == Texts{"aws_sqs_queue.test_tf_sqs_2"});
    REQUIRE(import_one(*path).changes.updates.size() == 1);  // and it changes one queue's visibility timeout
    const auto update = import_one(*path).changes.updates.front();
    CHECK(update.name + " " + update.attribute + " " + update.before + " " + update.after ==
          "check-sqs visibility 45s 30s");
  }
  if (const auto path = real_file("tfplan/cdssnc-moved-attachment.json")) {
    const auto moves = import_one(*path).changes.moves;
    REQUIRE(moves.size() == 1);
    CHECK(moves.front().from == "aws_iam_role_policy_attachment.platform_data_lake_export[0]");
    CHECK(moves.front().to == "aws_iam_role_policy_attachment.platform_data_lake_export");
  }
  if (const auto path = real_file("tfplan/tfcompliance-522-eventbridge-lambda.json")) {
    const auto drifted = import_one(*path).changes.drifted;  // of format 0.1, without addresses
    CHECK(drifted.size() == 15);
    CHECK(std::count(drifted.begin(), drifted.end(), "aws_cloudwatch_event_rule.metrics_schedule") == 1);
  }
}

TEST_CASE("What other tools write is named, not guessed at") {
  const auto refused = [](const std::string& file) -> std::string {
    const auto path = real_file(file);
    if (!path) return "skipped: not supported yet";
    input::Diagnostics diagnostics;
    const ImportResult r = import_files({*path}, embedded_catalogue(), diagnostics);
    REQUIRE(diagnostics.errors().size() == 1);
    return diagnostics.errors().front().message;
  };
  for (const char* file : {"gaad/cloudmapper-demo.json", "gaad/awscli-doc-example.json", "cfn/awscfn-firehose.yaml",
                           "cfn/awscfn-ecs-schedule.json", "cfn/spat-sns-firehose.yaml"}) {
    INFO(file);
    const std::string message = refused(file);
    CHECK((message.find("not support") != std::string::npos));
  }
}
