#include <algorithm>
#include <fmt/format.h>

#include "models/import/cloudformation.hpp"
#include "models/import/placeholders.hpp"

namespace moshimo::models::importing {

namespace {

using Tree = models::Value;

const Tree& at(const Tree& map, std::string_view name) {
  static const Tree nothing;
  const Tree* found = map.kind == Tree::Kind::map ? map.find(name) : nullptr;
  return found ? *found : nothing;
}

bool is_given(const Tree& tree) { return tree.kind != Tree::Kind::null; }

Tree renamed(Tree tree, std::string key) {
  tree.key = std::move(key);
  return tree;
}

void put(Tree& map, std::string_view name, Tree value) {
  if (is_given(value)) map.children.push_back(renamed(std::move(value), std::string(name)));
}

Tree text(std::string_view word) { return Tree::scalar(std::string(word)); }

// What `from` says under these names.
void copy(const Tree& from, std::initializer_list<std::string_view> names, Tree& to) {
  for (const std::string_view name : names) put(to, name, at(from, name));
}

// Of `Globals`: maps are put together, lists one after the other, and what the resource says itself counts.
Tree with_globals(const Tree& global, const Tree& own) {
  if (!is_given(global)) return own;
  if (!is_given(own)) return global;
  if (global.kind == Tree::Kind::map && own.kind == Tree::Kind::map) {
    Tree both = Tree::map();
    for (const Tree& member : global.children) put(both, member.key, with_globals(member, at(own, member.key)));
    for (const Tree& member : own.children) {
      if (!global.find(member.key)) both.children.push_back(member);
    }
    return both;
  }
  if (global.kind == Tree::Kind::list && own.kind == Tree::Kind::list) {
    Tree both = global;
    both.children.insert(both.children.end(), own.children.begin(), own.children.end());
    return both;
  }
  return own;
}

Tree trust_of(std::string_view service) {
  Tree principal = Tree::map();
  principal.set("Service", text(service));
  Tree statement = Tree::map();
  statement.set("Effect", text("Allow"));
  statement.set("Action", text("sts:AssumeRole"));
  statement.set("Principal", std::move(principal));
  Tree document = Tree::map();
  document.set("Statement", Tree::list({std::move(statement)}));
  return document;
}

std::string managed_policy(std::string_view name) { return fmt::format("arn:aws:iam::aws:policy/{}", name); }

class Expansion {
 public:
  Expansion(const Tree& globals, int file, std::vector<std::string>& unknowns)
      : globals_(globals), file_(file), unknowns_(unknowns) {}

  void expand(TemplateResource r) {
    constexpr std::string_view prefix = "AWS::Serverless::";
    if (!r.type.starts_with(prefix)) {
      done_.push_back(std::move(r));
      return;
    }
    const std::string kind = r.type.substr(prefix.size());
    const Tree properties = with_globals(at(globals_, kind), r.properties);
    if (kind == "Function") {
      function(r.id, properties);
    } else if (kind == "StateMachine") {
      state_machine(r.id, properties);
    } else if (kind == "SimpleTable") {
      Tree table = Tree::map();
      copy(properties, {"TableName", "SSESpecification", "PointInTimeRecoverySpecification"}, table);
      make(r.id, "AWS::DynamoDB::Table", std::move(table));
    } else if (kind == "Api") {
      make(r.id, "AWS::ApiGateway::RestApi", properties);
    } else if (kind == "HttpApi") {
      make(r.id, "AWS::ApiGatewayV2::Api", properties);
    } else if (kind == "LayerVersion") {
      make(r.id, "AWS::Lambda::LayerVersion", properties);
    } else if (kind == "Application") {
      make(r.id, "AWS::CloudFormation::Stack", properties);
    } else {
      done_.push_back(std::move(r));  // listed as not modelled
    }
  }

  std::vector<TemplateResource> finish() {
    for (const auto& [bucket, notification] : notifications_) notify(bucket, notification);
    return std::move(done_);
  }

 private:
  // SAM's own resources begin with the id of what they are made for.
  std::string to(std::string_view id) const { return resource_placeholder(file_, id); }

  void make(std::string id, std::string type, Tree properties) {
    done_.push_back({std::move(id), std::move(type), std::move(properties)});
  }

  void function(const std::string& id, const Tree& properties) {
    Tree function = Tree::map();
    for (const Tree& member : properties.children) {
      static constexpr std::string_view elsewhere[] = {"Events",
                                                       "Policies",
                                                       "DeadLetterQueue",
                                                       "EventInvokeConfig",
                                                       "PermissionsBoundary",
                                                       "RolePath",
                                                       "AssumeRolePolicyDocument"};
      if (std::find(std::begin(elsewhere), std::end(elsewhere), member.key) == std::end(elsewhere)) {
        function.children.push_back(member);
      }
    }
    if (!function.find("Role")) {
      function.set("Role", text(to(id + "Role")));
      role(id + "Role", id, properties, "lambda.amazonaws.com");
    }
    if (const Tree& letters = at(properties, "DeadLetterQueue"); is_given(letters)) {
      Tree config = Tree::map();
      put(config, "TargetArn", at(letters, "TargetArn"));
      function.set("DeadLetterConfig", std::move(config));
    }
    if (const Tree& alias = at(properties, "AutoPublishAlias"); is_given(alias)) {
      Tree made = Tree::map();
      put(made, "Name", alias);
      made.set("FunctionName", text(to(id)));
      make(id + "Alias" + alias.text, "AWS::Lambda::Alias", std::move(made));
    }
    if (const Tree& asynchronous = at(properties, "EventInvokeConfig"); is_given(asynchronous)) {
      invoke_config(id, asynchronous);
    }
    const std::string runs = to(id);
    make(id, "AWS::Lambda::Function", std::move(function));
    for (const Tree& event : at(properties, "Events").children) {
      function_event(id, runs, event.key, at(event, "Type").text, at(event, "Properties"));
    }
  }

  void role(const std::string& id, const std::string& of, const Tree& properties, std::string_view service) {
    Tree made = Tree::map();
    const Tree& trust = at(properties, "AssumeRolePolicyDocument");
    made.set("AssumeRolePolicyDocument", is_given(trust) ? trust : trust_of(service));
    put(made, "PermissionsBoundary", at(properties, "PermissionsBoundary"));
    put(made, "Path", at(properties, "RolePath"));
    Tree attached = Tree::list();
    Tree inline_ones = Tree::list();
    if (service.starts_with("lambda")) {
      attached.add(
          text(managed_policy(is_given(at(properties, "VpcConfig")) ? "service-role/AWSLambdaVPCAccessExecutionRole"
                                                                    : "service-role/AWSLambdaBasicExecutionRole")));
    }
    const Tree& policies = at(properties, "Policies");
    const std::vector<Tree> one{policies};
    for (const Tree& policy : policies.kind == Tree::Kind::list ? policies.children : one) {
      if (policy.kind == Tree::Kind::scalar) {  // an ARN, a reference, or the name of a policy of AWS
        const bool is_name = !policy.text.starts_with("arn:") && !is_left_open(policy.text);
        attached.add(text(is_name ? managed_policy(policy.text) : policy.text));
      } else if (policy.kind == Tree::Kind::map) {
        Tree entry = Tree::map();
        const bool is_document = policy.find("Statement") != nullptr;
        entry.set("PolicyName", text(fmt::format("{}Policy{}", id, inline_ones.children.size())));
        if (is_document) entry.set("PolicyDocument", policy);
        if (!is_document && !policy.children.empty()) templates_used(of, policy.children.front().key);
        inline_ones.add(std::move(entry));
      }
    }
    put(made, "ManagedPolicyArns", std::move(attached));
    if (!inline_ones.children.empty()) made.set("Policies", std::move(inline_ones));
    make(id, "AWS::IAM::Role", std::move(made));
  }

  void templates_used(const std::string& of, const std::string& name) {
    unknowns_.push_back(
        fmt::format("{} has the policy template {}, whose statements are not written out here", of, name));
  }

  void invoke_config(const std::string& id, const Tree& asynchronous) {
    Tree config = Tree::map();
    config.set("FunctionName", text(to(id)));
    copy(asynchronous, {"MaximumEventAgeInSeconds", "MaximumRetryAttempts"}, config);
    Tree destinations = Tree::map();
    for (const std::string_view when : {"OnFailure", "OnSuccess"}) {
      const Tree& given = at(at(asynchronous, "DestinationConfig"), when);
      if (!is_given(given)) continue;
      Tree destination = Tree::map();
      if (is_given(at(given, "Destination"))) {
        put(destination, "Destination", at(given, "Destination"));
      } else if (const std::string type = at(given, "Type").text; type == "SQS" || type == "SNS") {
        const std::string made = fmt::format("{}EventInvokeConfig{}{}", id, when, type == "SQS" ? "Queue" : "Topic");
        make(made, type == "SQS" ? "AWS::SQS::Queue" : "AWS::SNS::Topic", Tree::map());
        destination.set("Destination", text(to(made)));
      }
      put(destinations, when, std::move(destination));
    }
    config.set("DestinationConfig", std::move(destinations));
    make(id + "EventInvokeConfig", "AWS::Lambda::EventInvokeConfig", std::move(config));
  }

  void permission(const std::string& id, const std::string& runs, std::string_view service, const Tree& source) {
    Tree made = Tree::map();
    made.set("FunctionName", text(runs));
    made.set("Principal", text(service));
    put(made, "SourceArn", source);
    make(id + "Permission", "AWS::Lambda::Permission", std::move(made));
  }

  void function_event(const std::string& function, const std::string& runs, const std::string& name,
                      const std::string& type, const Tree& event) {
    const std::string id = function + name;
    if (type == "SQS" || type == "Kinesis" || type == "DynamoDB" || type == "MSK" || type == "MQ") {
      Tree mapping = event;
      if (mapping.kind != Tree::Kind::map) mapping = Tree::map();
      mapping.set("EventSourceArn", at(event, type == "SQS" ? "Queue" : type == "MQ" ? "Broker" : "Stream"));
      std::erase_if(mapping.children, [](const Tree& member) {
        return member.key == "Queue" || member.key == "Broker" || member.key == "Stream";
      });
      mapping.set("FunctionName", text(runs));
      make(id, "AWS::Lambda::EventSourceMapping", std::move(mapping));
    } else if (type == "SNS") {
      subscription(id, runs, event);
    } else if (type == "S3") {
      notifications_.push_back({at(event, "Bucket").text, {runs, event}});
      permission(id, runs, "s3.amazonaws.com", at(event, "Bucket"));
    } else if (type == "EventBridgeRule" || type == "CloudWatchEvent" || type == "Schedule") {
      rule(id, runs, event, "");
      permission(id, runs, "events.amazonaws.com", text(to(id)));
    } else if (type == "ScheduleV2") {
      schedule(id, runs, event);
    } else if (type == "CloudWatchLogs") {
      Tree filter = Tree::map();
      copy(event, {"LogGroupName", "FilterPattern"}, filter);
      filter.set("DestinationArn", text(runs));
      make(id, "AWS::Logs::SubscriptionFilter", std::move(filter));
      permission(id, runs, "logs.amazonaws.com", {});
    } else if (type == "Api" || type == "HttpApi") {
      const bool is_rest = type == "Api";
      const Tree& given = at(event, is_rest ? "RestApiId" : "ApiId");
      if (!is_given(given)) implicit_api(is_rest);
      permission(id, runs, "apigateway.amazonaws.com", {});
    } else {
      unknowns_.push_back(
          fmt::format("{} is run by the event {} of type {}, which is not modelled", function, name, type));
    }
  }

  void implicit_api(bool is_rest) {
    const std::string id = is_rest ? "ServerlessRestApi" : "ServerlessHttpApi";
    for (const TemplateResource& r : done_) {
      if (r.id == id) return;
    }
    make(id, is_rest ? "AWS::ApiGateway::RestApi" : "AWS::ApiGatewayV2::Api", Tree::map());
  }

  void subscription(const std::string& id, const std::string& runs, const Tree& event) {
    const Tree& queue = at(event, "SqsSubscription");
    const bool through_queue = queue.kind == Tree::Kind::map || queue.text == "true";
    Tree made = Tree::map();
    put(made, "TopicArn", at(event, "Topic"));
    copy(event, {"FilterPolicy", "RedrivePolicy", "Region"}, made);
    if (!through_queue) {
      made.set("Protocol", text("lambda"));
      made.set("Endpoint", text(runs));
      make(id, "AWS::SNS::Subscription", std::move(made));
      permission(id, runs, "sns.amazonaws.com", at(event, "Topic"));
      return;
    }
    std::string arn = at(queue, "QueueArn").text;
    if (arn.empty()) {
      make(id + "Queue", "AWS::SQS::Queue", Tree::map());
      arn = to(id + "Queue");
    }
    made.set("Protocol", text("sqs"));
    made.set("Endpoint", text(arn));
    make(id, "AWS::SNS::Subscription", std::move(made));
    Tree mapping = Tree::map();
    mapping.set("EventSourceArn", text(arn));
    mapping.set("FunctionName", text(runs));
    make(id + "EventSourceMapping", "AWS::Lambda::EventSourceMapping", std::move(mapping));
  }

  // SAM makes a queue where only its kind is given.
  Tree dead_letters(const std::string& id, const Tree& event) {
    const Tree& config = at(event, "DeadLetterConfig");
    if (!is_given(config)) return {};
    Tree made = Tree::map();
    if (is_given(at(config, "Arn"))) {
      put(made, "Arn", at(config, "Arn"));
    } else {
      const Tree& named = at(config, "QueueLogicalId");
      const std::string queue = is_given(named) ? named.text : id + "Queue";
      make(queue, "AWS::SQS::Queue", Tree::map());
      made.set("Arn", text(to(queue)));
    }
    return made;
  }

  void rule(const std::string& id, const std::string& runs, const Tree& event, const std::string& role) {
    Tree target = Tree::map();
    target.set("Arn", text(runs));
    const Tree& target_id = at(at(event, "Target"), "Id");
    put(target, "Id", is_given(target_id) ? target_id : text(id + "Target"));
    if (!role.empty()) target.set("RoleArn", text(role));
    put(target, "DeadLetterConfig", dead_letters(id, event));
    copy(event, {"RetryPolicy", "Input", "InputPath", "InputTransformer"}, target);
    Tree made = Tree::map();
    copy(event, {"Name", "Description", "EventBusName", "State"}, made);
    put(made, "EventPattern", at(event, "Pattern"));
    put(made, "ScheduleExpression", at(event, "Schedule"));
    if (at(event, "Enabled").text == "false") made.set("State", text("DISABLED"));
    made.set("Targets", Tree::list({std::move(target)}));
    make(id, "AWS::Events::Rule", std::move(made));
  }

  void schedule(const std::string& id, const std::string& runs, const Tree& event) {
    Tree target = Tree::map();
    target.set("Arn", text(runs));
    if (is_given(at(event, "RoleArn"))) {
      put(target, "RoleArn", at(event, "RoleArn"));
    } else {
      Tree made = Tree::map();
      made.set("AssumeRolePolicyDocument", trust_of("scheduler.amazonaws.com"));
      put(made, "PermissionsBoundary", at(event, "PermissionsBoundary"));
      make(id + "Role", "AWS::IAM::Role", std::move(made));
      target.set("RoleArn", text(to(id + "Role")));
    }
    put(target, "DeadLetterConfig", dead_letters(id, event));
    copy(event, {"RetryPolicy", "Input"}, target);
    Tree made = Tree::map();
    copy(event, {"Name", "GroupName", "ScheduleExpression", "State", "KmsKeyArn"}, made);
    made.set("Target", std::move(target));
    make(id, "AWS::Scheduler::Schedule", std::move(made));
  }

  void state_machine(const std::string& id, const Tree& properties) {
    Tree machine = Tree::map();
    for (const Tree& member : properties.children) {
      if (member.key == "Role") {
        put(machine, "RoleArn", member);
      } else if (member.key != "Events" && member.key != "Policies" && member.key != "PermissionsBoundary") {
        machine.children.push_back(member);
      }
    }
    if (!machine.find("RoleArn")) {
      machine.set("RoleArn", text(to(id + "Role")));
      role(id + "Role", id, properties, "states.amazonaws.com");
    }
    const std::string runs = to(id);
    make(id, "AWS::StepFunctions::StateMachine", std::move(machine));
    for (const Tree& event : at(properties, "Events").children) {
      const std::string type = at(event, "Type").text;
      const Tree& given = at(event, "Properties");
      if (type == "Schedule" || type == "EventBridgeRule" || type == "CloudWatchEvent") {
        Tree made = Tree::map();
        made.set("AssumeRolePolicyDocument", trust_of("events.amazonaws.com"));
        make(id + event.key + "Role", "AWS::IAM::Role", std::move(made));
        rule(id + event.key, runs, given, to(id + event.key + "Role"));
      } else if (type == "ScheduleV2") {
        schedule(id + event.key, runs, given);
      } else {
        unknowns_.push_back(
            fmt::format("{} is run by the event {} of type {}, which is not modelled", id, event.key, type));
      }
    }
  }

  // A bucket that runs a function says so itself.
  void notify(const std::string& bucket, const std::pair<std::string, Tree>& told) {
    for (TemplateResource& r : done_) {
      if (r.type != "AWS::S3::Bucket" || to(r.id) != bucket) continue;
      Tree entry = Tree::map();
      entry.set("Function", text(told.first));
      put(entry, "Filter", at(told.second, "Filter"));
      Tree notification = at(r.properties, "NotificationConfiguration");
      if (!is_given(notification)) notification = Tree::map();
      Tree entries = at(notification, "LambdaConfigurations");
      if (!is_given(entries)) entries = Tree::list();
      entries.add(std::move(entry));
      notification.set("LambdaConfigurations", std::move(entries));
      r.properties.set("NotificationConfiguration", std::move(notification));
    }
  }

  const Tree& globals_;
  int file_ = 0;
  std::vector<std::string>& unknowns_;
  std::vector<TemplateResource> done_;
  std::vector<std::pair<std::string, std::pair<std::string, Tree>>> notifications_;  // bucket; function and event
};

}  // namespace

std::vector<TemplateResource> expand_serverless(std::vector<TemplateResource> resources, const models::Value& globals,
                                                int file, std::vector<std::string>& unknowns) {
  Expansion expansion(globals, file, unknowns);
  for (TemplateResource& resource : resources) expansion.expand(std::move(resource));
  return expansion.finish();
}

}  // namespace moshimo::models::importing
