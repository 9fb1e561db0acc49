// The files people write, for reading: every key, what stands there, and an example to begin with.
#include <fmt/format.h>
#include <vector>

#include "report/json.hpp"
#include "report/page.hpp"

namespace moshimo::report {
namespace {

const FileFormat scenario{
    .name = "scenario",
    .says = "What goes wrong in an inventory, and who reacts. `moshimo run` reads it; files end in .scenario.yaml.",
    .keys =
        {{"version", "1", "", true},
         {"name", "text", "what reports call it", true},
         {"title", "text", "one line on what it is about", false},
         {"inventory", "path, or a list of paths", "what exists, from the folder of the scenario", true},
         {"start", "2025-05-12T10:00:00+09:00", "the clock of the reports; unless written, times count from 0", false},
         {"horizon", "duration, up to ten years", "how far to look; unless written, 30d", false},
         {"faults", "list", "{ at: 0s, VERB: [names] }, and what the verb takes, such as for: 1h of an outage", true},
         {"response", "map", "detect: 40m (or alarms), responders: 1, strategy: full, through: terraform (or hand)",
          false},
         {"compare", "list of none, restore_only, full", "ways of reacting beside the own one; unless written, all",
          false},
         {"what_if", "list", "{ name, set: { NAME: { ATTRIBUTE: value } }, response: {...} }: the same with a change",
          false},
         {"sweep", "{ detect: [5m, 1h, 1d] }", "the same with other values of one or two numbers; also detect: 5m..10d",
          false},
         {"uncertainty", "{ repairs: 3, propagation: 2 }",
          "in trials (`run --trials`) 95 % take less than so many times the figure", false},
         {"expect", "list of texts", "checked after the run; one that does not hold makes the exit status 1", false}},
    .notes =
        {("Verbs are those of the type: `moshimo explain TYPE` lists them under what can be done to it; `outage` "
          "is for every one."),
         ("`set` names an attribute by its path: `logs.mode`, and inside a list of parts by the part's name or "
          "number: `\"policy[replication].by\"`, `\"targets[0].dead_letter\"`. Write such a path in quotes."),
         ("`sweep` takes detect, responders, horizon, faults[0].at and other numbers of a fault, traffic[0].rate, "
          "and RESOURCE.ATTRIBUTE. `moshimo sweep` draws it and finds the values at which something changes."),
         ("A part is called RESOURCE/ATTRIBUTE/NAME in `faults`, `set` and `expect`: `web/calls/refund`; without a "
          "name it has its number: `jobs/targets/0`."),
         ("`expect` compares lost, late, waiting, misdirected, offered (events), refused (requests), restored, "
          "first_loss, "
          "told (durations) and stopped (faults) by ==, !=, <, <=, >, >=; with no name in the brackets, those of "
          "everything."),
         ("A fault may say `by` whom it is done, a principal or an ARN, and give condition keys of the call under "
          "`context`; an administrator does it unless written.")},
    .example = R"(version: 1
name: drill
title: The role of the order function disappears
inventory: shop.inventory.yaml
horizon: 7d
faults:
  - { at: 0s, delete: [orders-role] }
response: { detect: 40m, responders: 2, strategy: full }
compare: [none, restore_only, full]
what_if:
  - { name: noticed at once, response: { detect: 5m } }
  - { name: a longer memory, set: { invoices: { retention: 14d } } }
  - name: another queue
    set: { on-order: { "targets[stream].dead_letter": spare } }
sweep: { detect: [5m, 6h, 2d] }
expect:
  - lost("orders") == 0
  - restored() <= 2h
)"};

const FileFormat inventory{
    .name = "inventory",
    .says =
        "Which resources exist, and the traffic that reaches them. Scenarios name it, `moshimo blast` and `moshimo "
        "graph` read it, and `moshimo import` writes it; files end in .inventory.yaml or .json.",
    .keys = {{"version", "1", "", true},
             {"name", "text", "what reports call it", false},
             {"account", "number of 12 digits, in quotes", "of every resource that does not say otherwise", false},
             {"region", "eu-west-1", "of every resource that does not say otherwise", false},
             {"resources", "map of NAME: { type: SERVICE:TYPE, ... }", "what exists, with the attributes of its type",
              true},
             {"traffic", "list of { to: NAME, rate: 50/s, size: 2KB, profile: daily }",
              ("what comes from outside; profile is constant, daily, weekly or [[0h, 20/s], [8h, 200/s]]; via names a "
               "port other than in"),
              false},
             {"imported", "yes or no", "an import wrote it, so that loops are cut and listed", false},
             {"unknowns", "list of texts", "what an import could not follow, for the reports", false}},
    .notes = {"`moshimo list types` shows the types, and `moshimo explain TYPE` the attributes of one.",
              "An attribute that names another resource is an edge: `role: orders-role`.",
              ("What belongs to a resource stands inside it, as a list of parts: `targets`, `subscriptions`, "
               "`policy`. A part with a `name` is called RESOURCE/ATTRIBUTE/NAME elsewhere, one without has its "
               "number: `on-order/targets/stream`, `on-order/targets/0`."),
              "Without `traffic` one event a second is taken to reach each entry point.",
              ("Every resource may have `account`, `region`, `tags`, `prevent_destroy`, `rto`, `rpo`, and "
               "`aws_name` where AWS calls it otherwise.")},
    .example = R"(version: 1
name: shop
account: "111122223333"
region: eu-west-1
resources:
  orders-role: { type: iam:role }
  stream-role: { type: iam:role }
  orders: { type: lambda:function, role: orders-role, rto: 1h }
  shop-events: { type: events:bus }
  on-order:
    type: events:rule
    bus: shop-events
    targets:
      - { name: stream, target: order-stream, role: stream-role }
  order-stream: { type: kinesis:stream }
  invoices: { type: sqs:queue, retention: 4d }
  spare: { type: sqs:queue, retention: 14d, consumer: none }
traffic:
  - { to: orders, rate: 50/s, size: 2KB }
  - { to: shop-events, rate: 20/s, profile: daily }
)"};

}  // namespace

const FileFormat* find_format(std::string_view name) {
  for (const FileFormat* f : {&scenario, &inventory}) {
    if (f->name == name) return f;
  }
  return nullptr;
}

std::string explain_format(const FileFormat& format, const Style& style) {
  if (style.form == Form::json) return format_json(format, style);
  Page page;
  page.title(fmt::format("The file of {} {}", format.name == "inventory" ? "an" : "a", format.name));
  page.paragraph(prose(format.says, style.shows_code()));
  page.heading("Keys");
  TextTable table;
  table.columns = {{"key", false}, {"what is written", false, true}, {"what it does", false, true}};
  for (const FileFormat::Key& k : format.keys) {
    const std::string does = k.required ? (k.does.empty() ? "required" : k.does + " (required)") : k.does;
    table.rows.push_back({code(k.name), k.takes, does});
  }
  page.table(std::move(table));
  page.heading("How things are named");
  for (const std::string& note : format.notes) page.item(prose(note, style.shows_code()));
  page.heading("An example");
  page.drawing([&format](std::size_t, bool) {
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < format.example.size();) {
      const std::size_t end = format.example.find('\n', at);
      lines.push_back(format.example.substr(at, end - at));
      at = end + 1;
    }
    return lines;
  });
  page.gap();
  page.paragraph(
      dim(fmt::format("Editors complete and check from schemas/{}.schema.json; moshimo validate FILE checks "
                      "the rest.",
                      format.name)));
  return page.render(style);
}

}  // namespace moshimo::report
