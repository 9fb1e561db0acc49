// Laws that hold for every set of policies, tried on random ones: what is cited decides, what is missing is missing.
#include <algorithm>
#include <catch2/catch.hpp>
#include <deque>
#include <fmt/format.h>
#include <random>

#include "models/iam/evaluate.hpp"

using namespace moshimo;
using namespace moshimo::models::iam;

namespace {

constexpr const char* actions[] = {"s3:GetObject", "s3:*", "*", "s3:PutObject", "kms:Decrypt", "sts:AssumeRole"};
constexpr const char* resources[] = {"*", "arn:aws:s3:::b/*", "arn:aws:s3:::c/*", "arn:aws:s3:::b/x"};
constexpr const char* principals[] = {R"("*")",
                                      R"({"AWS":"111111111111"})",
                                      R"({"AWS":"arn:aws:iam::111111111111:user/ann"})",
                                      R"({"AWS":"arn:aws:iam::111111111111:role/app"})",
                                      R"({"AWS":"arn:aws:sts::111111111111:assumed-role/app/i-1"})",
                                      R"({"AWS":"222222222222"})"};
constexpr const char* conditions[] = {R"({})", R"({})", R"({"StringEquals":{"aws:SourceVpc":"v"}})",
                                      R"({"Null":{"aws:SourceVpc":"true"}})"};

// Everything that applies to one request, as statements that can be taken out and put in.
struct World {
  struct Document {
    PolicyClass by = PolicyClass::identity;
    std::size_t level = 0;  // of SCPs
    std::vector<std::string> statements;
  };
  std::vector<Document> documents;
  bool has_boundary = false;
  bool has_session = false;
  std::size_t scp_levels = 0;
  Caller caller;
  Request request;
};

class RandomWorld {
 public:
  explicit RandomWorld(std::uint32_t seed) : random_(seed) {}

  World make() {
    World w;
    w.caller = pick(2) == 0 ? user("arn:aws:iam::111111111111:user/ann")
                            : role_session("arn:aws:iam::111111111111:role/app", "i-1");
    const bool is_key = pick(4) == 0;
    w.request.action = is_key ? "kms:Decrypt" : "s3:GetObject";
    w.request.resource = is_key ? "arn:aws:kms:eu-west-1:111111111111:key/k" : "arn:aws:s3:::b/x";
    w.request.resource_account = pick(3) == 0 ? "222222222222" : "111111111111";
    if (pick(2) == 0) w.request.keys.set("aws:SourceVpc", "v");
    w.has_boundary = pick(3) == 0;
    w.has_session = pick(3) == 0;
    w.scp_levels = pick(3);
    add(w, PolicyClass::identity, 0);
    add(w, PolicyClass::identity, 0);
    add(w, PolicyClass::resource, 0);
    if (w.has_boundary) add(w, PolicyClass::boundary, 0);
    if (w.has_session) add(w, PolicyClass::session, 0);
    for (std::size_t i = 0; i < w.scp_levels; ++i) add(w, PolicyClass::scp, i);
    return w;
  }

  std::string statement(bool has_principal) {
    return fmt::format(R"({{"Effect":"{}","Action":"{}","Resource":"{}","Condition":{}{}}})",
                       pick(5) == 0 ? "Deny" : "Allow", actions[pick(std::size(actions))],
                       resources[pick(std::size(resources))], conditions[pick(std::size(conditions))],
                       has_principal ? fmt::format(R"(,"Principal":{})", principals[pick(std::size(principals))]) : "");
  }

  std::size_t pick(std::size_t of) { return random_() % of; }

 private:
  void add(World& w, PolicyClass by, std::size_t level) {
    World::Document document{by, level, {}};
    const std::size_t count = 1 + pick(3);
    for (std::size_t i = 0; i < count; ++i) document.statements.push_back(statement(by == PolicyClass::resource));
    w.documents.push_back(std::move(document));
  }
  std::mt19937 random_;
};

// Decides, and tells the cited statements by document and statement.
struct Answer {
  Verdict verdict = Verdict::implicit_deny;
  std::vector<std::pair<std::size_t, std::size_t>> because;
  std::vector<PolicyClass> missing;
};

Answer decide(const World& w) {
  std::deque<Policy> policies;
  AppliedPolicies applied;
  applied.scps.levels.resize(w.scp_levels);
  if (w.has_session) applied.session.emplace();
  input::Diagnostics diagnostics;
  for (const World::Document& document : w.documents) {
    std::string json = R"({"Version":"2012-10-17","Statement":[)";
    for (std::size_t i = 0; i < document.statements.size(); ++i) json += (i > 0 ? "," : "") + document.statements[i];
    const bool is_resource = document.by == PolicyClass::resource;
    policies.push_back(
        parse_policy("p", is_resource ? DocumentKind::resource : DocumentKind::identity, json + "]}", diagnostics));
    const Policy* policy = &policies.back();
    switch (document.by) {
      case PolicyClass::identity: applied.identity.push_back(policy); break;
      case PolicyClass::resource: applied.resource.push_back(policy); break;
      case PolicyClass::boundary: applied.boundary = policy; break;
      case PolicyClass::session: applied.session->push_back(policy); break;
      case PolicyClass::scp: applied.scps.levels[document.level].push_back(policy); break;
      case PolicyClass::rcp: break;
    }
  }
  REQUIRE_FALSE(diagnostics.has_errors());
  Request request = w.request;
  request.caller = &w.caller;
  const Decision decision = evaluate(request, applied);
  Answer answer{decision.verdict, {}, decision.missing};
  for (const Cited& cited : decision.because) {
    std::size_t document = 0;
    while (&policies[document] != cited.policy) ++document;
    answer.because.emplace_back(document, cited.statement);
  }
  return answer;
}

void take_out(World& w, std::size_t document, std::size_t statement) {
  // Another action, so that the document keeps its shape.
  std::string& text = w.documents[document].statements[statement];
  const std::size_t from = text.find(R"("Action":")") + 10;
  text.replace(from, text.find('"', from) - from, "ec2:Nothing");
}

void allow_all(World& w, PolicyClass by) {
  const std::string statement = R"({"Effect":"Allow","Action":"*","Resource":"*")";
  for (World::Document& document : w.documents) {
    if (document.by != by) continue;
    document.statements.push_back(statement +
                                  (by == PolicyClass::resource ? R"(,"Principal":{"AWS":"111111111111"}})" : "}"));
  }
}

}  // namespace

TEST_CASE("what is cited decides, and what is missing is missing", "[iam]") {
  RandomWorld random(11);
  int seen[3] = {0, 0, 0};
  for (int i = 0; i < 4000; ++i) {
    const World w = random.make();
    const Answer before = decide(w);
    ++seen[static_cast<std::size_t>(before.verdict)];
    INFO("world " << i);

    World without = w;
    for (const auto& [document, statement] : before.because) take_out(without, document, statement);
    switch (before.verdict) {
      case Verdict::allowed:
        REQUIRE_FALSE(before.because.empty());
        CHECK(decide(without).verdict != Verdict::allowed);
        break;
      case Verdict::explicit_deny:
        REQUIRE_FALSE(before.because.empty());
        CHECK(decide(without).verdict != Verdict::explicit_deny);
        break;
      case Verdict::implicit_deny: {
        REQUIRE_FALSE(before.missing.empty());
        World mended = w;
        World others = w;
        for (const PolicyClass c : {PolicyClass::scp, PolicyClass::resource, PolicyClass::identity,
                                    PolicyClass::boundary, PolicyClass::session}) {
          const bool is_missing = std::ranges::find(before.missing, c) != before.missing.end();
          allow_all(is_missing ? mended : others, c);
        }
        CHECK(decide(mended).verdict == Verdict::allowed);
        CHECK(decide(others).verdict == Verdict::implicit_deny);
        break;
      }
    }

    // A statement that is not cited can go.
    if (before.verdict != Verdict::implicit_deny) {
      World rest = w;
      for (std::size_t d = 0; d < w.documents.size(); ++d) {
        for (std::size_t s = 0; s < w.documents[d].statements.size(); ++s) {
          const bool is_cited = std::ranges::find(before.because, std::pair(d, s)) != before.because.end();
          if (!is_cited) take_out(rest, d, s);
        }
      }
      CHECK(decide(rest).verdict == before.verdict);
    }
  }
  CHECK(seen[0] > 300);
  CHECK(seen[1] > 300);
  CHECK(seen[2] > 300);
}

TEST_CASE("a Deny never helps, an Allow never hurts, and order does not matter", "[iam]") {
  RandomWorld random(12);
  for (int i = 0; i < 4000; ++i) {
    const World w = random.make();
    const Verdict before = decide(w).verdict;
    INFO("world " << i);

    World more = w;
    World::Document& document = more.documents[random.pick(more.documents.size())];
    std::string statement = random.statement(document.by == PolicyClass::resource);
    const bool is_deny = statement.find("Deny") != std::string::npos;
    document.statements.insert(document.statements.begin(), statement);
    const Verdict after = decide(more).verdict;
    if (is_deny && before != Verdict::allowed) CHECK(after != Verdict::allowed);
    if (!is_deny && before == Verdict::allowed) CHECK(after == Verdict::allowed);
    if (before == Verdict::explicit_deny) CHECK(after == Verdict::explicit_deny);

    World turned = w;
    std::ranges::reverse(turned.documents);
    for (World::Document& d : turned.documents) std::ranges::reverse(d.statements);
    CHECK(decide(turned).verdict == before);
  }
}
