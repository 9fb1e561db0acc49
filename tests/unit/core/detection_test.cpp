#include "core/detection.hpp"

#include <catch2/catch.hpp>

#include "core/findings.hpp"
#include "core/simulation.hpp"
#include "tests/unit/support/system_text.hpp"

using namespace moshimo;

namespace {

// A role that goes, an alarm on what is seen of it, and a way over a topic to an inbox.
struct World {
  System system;
  ComponentId watched, alarm, chat;
  ActionId delete_role;

  // `mail` is how the topic hands on.
  explicit World(const std::string& mail, const std::string& more = "") {
    system = system_from("condition role as denied falls 4s rises 15s\ncondition post as unavailable\n" + more +
                         "port topic\nport inbox\nhop alarm from signal role to topic\n" + mail);
    watched = system.components.add({.name = "role", .type = "role", .parent = {}});
    alarm = system.components.add({.name = "alarm", .type = "alarm", .parent = {}});
    chat = system.components.add({.name = "chat", .type = "chat", .parent = {}});
    system.ports[port_named(system, "inbox")].tells_people = true;
    system.ports[port_named(system, "inbox")].component = chat;
    Condition& role = system.conditions[condition_named(system, "role")];
    role.component = watched;
    Symptom symptom;
    symptom.kind = SymptomKind::metric;
    symptom.text = "Errors of the role rise";
    symptom.after = Duration::minutes(1);
    role.symptoms = std::vector<Symptom>{symptom};
    Action action;
    action.name = "role/delete";
    action.component = watched;
    action.breaks = {condition_named(system, "role")};
    action.seen_as = {"auth:DeleteRole"};
    delete_role = system.actions.add(action);
    Watch watch;
    watch.what = Watch::For::symptom;
    watch.of = {watched};
    watch.words = {"Errors"};
    watch.takes = Duration::minutes(5);
    set(watch);
  }

  void set(const Watch& watch) {
    Hop& hop = system.hops[hop_named(system, "alarm")];
    hop.source = Hop::Source::sign;
    hop.component = alarm;
    hop.watch = std::make_shared<const Watch>(watch);
  }

  Telling telling(std::vector<Fault> faults = {}) {
    if (faults.empty()) faults = {{SimTime{}, delete_role}};
    Simulation simulation(system);
    const SimTime horizon = SimTime::after_start(Duration::days(2));
    const Outcome healthy = simulation.run({}, horizon);
    Responders nobody;
    nobody.strategy = Strategy::none;
    const Response response = respond(simulation, faults, nobody, horizon);
    const Findings findings = findings_of(system, response.outcome, healthy);
    const Detection all = detection_of(system, faults, response, findings, healthy);
    REQUIRE(all.tellings.size() == 1);
    return all.tellings.front();
  }
};

SimTime seconds(double s) { return SimTime::after_start(Duration::seconds(s)); }

}  // namespace

TEST_CASE("an alarm tells after the sign, its own time and its way", "[core][detection]") {
  World w("hop mail from topic to inbox needs post");
  const Telling t = w.telling();
  REQUIRE(t.fate == Telling::Fate::told);
  CHECK(t.seen == seconds(64));        // 4 s until the role is away, 1 min until it shows
  CHECK(t.told == seconds(64 + 300));  // five minutes of the alarm
  CHECK(t.sign == "Errors of the role rise");
  REQUIRE(t.way.size() == 2);
  CHECK(t.way[1].at == t.told);
}

TEST_CASE("an alarm whose way needs what goes stays silent, and says why", "[core][detection]") {
  World w("hop mail from topic to inbox needs role:denied");
  const Telling t = w.telling();
  REQUIRE(t.fate == Telling::Fate::blocked);
  CHECK(w.system.hops[t.stopped_at].name == "mail");
  CHECK(t.error == ErrorClass::denied);
  REQUIRE(t.chain.size() == 1);
  CHECK(t.chain[0] == condition_named(w.system, "role"));
}

TEST_CASE("a message waits where its hop tries again, and for somebody where it does not", "[core][detection]") {
  World w("hop mail from topic to inbox needs post retry 60s limit 6h");
  Action outage;
  outage.name = "post/outage";
  outage.component = w.chat;
  outage.breaks = {condition_named(w.system, "post")};
  const ActionId out = w.system.actions.add(outage);
  outage.name = "post/over";
  outage.breaks.clear();
  outage.restores = {condition_named(w.system, "post")};
  const ActionId over = w.system.actions.add(outage);
  // Sent at 364 s; open again at 3600 s, when it is 3236 s old: the next attempt is at 54 × 60 s = 3240 s.
  const Telling t = w.telling({{SimTime{}, w.delete_role}, {SimTime{}, out}, {seconds(3600), over}});
  REQUIRE(t.fate == Telling::Fate::told);
  CHECK(t.told == seconds(364 + 3240));
  // Six hours are over before it opens.
  const Telling lost = w.telling({{SimTime{}, w.delete_role}, {SimTime{}, out}, {seconds(30000), over}});
  CHECK(lost.fate == Telling::Fate::blocked);
  CHECK(lost.waits_in == -1);
}

TEST_CASE("who measures good news hears of its end only when he asks for it", "[core][detection]") {
  World w("hop mail from topic to inbox");
  Symptom end;
  end.kind = SymptomKind::metric;
  end.text = "Forwarded falls to 0";
  end.ends = true;
  w.system.conditions[condition_named(w.system, "role")].symptoms = std::vector<Symptom>{end};
  Watch watch;
  watch.what = Watch::For::symptom;
  watch.of = {w.watched};
  watch.words = {"Forwarded"};
  w.set(watch);
  CHECK(w.telling().fate == Telling::Fate::unheard);
  watch.hears_silence = true;
  w.set(watch);
  CHECK(w.telling().told == seconds(4));
  watch.words = {"Forward"};  // a part of a word is another word
  w.set(watch);
  CHECK(w.telling().fate == Telling::Fate::unknown);
}

TEST_CASE("what is done is seen where it is done, and apart from what was stopped", "[core][detection]") {
  World w("hop mail from topic to inbox");
  w.system.actions[w.delete_role].place = {"1", "east"};
  Watch watch;
  watch.what = Watch::For::action;
  watch.words = {"DeleteRole"};
  watch.place = {"1", "east"};
  watch.takes = Duration::minutes(1);
  w.set(watch);
  CHECK(w.telling().told == seconds(60));
  watch.outcome = Watch::Outcome::stopped;
  w.set(watch);
  CHECK(w.telling().fate == Telling::Fate::unseen);
  watch.outcome = Watch::Outcome::any;
  watch.place = {"1", "west"};
  w.set(watch);
  CHECK(w.telling().fate == Telling::Fate::elsewhere);
  watch.place = {"1", ""};
  w.set(watch);
  CHECK(w.telling().fate == Telling::Fate::told);
}

TEST_CASE("a way that ends at nobody tells nobody", "[core][detection]") {
  World w("hop mail from topic to outside");
  CHECK(w.telling().fate == Telling::Fate::unaddressed);
}
