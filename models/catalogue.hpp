// The catalogue: how every modelled kind of resource behaves, read from YAML, with a source for every number.
//
// What a `Catalogue` hands out is complete and checked: traits are merged in, parameters filled in, groups written out,
// implicit members (`exists`, `delete`) are there, and every path leads somewhere in every type it can meet.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/system.hpp"
#include "input/document.hpp"
#include "models/expression.hpp"

namespace moshimo::models {

// ---- parts that several definitions share ---------------------------------------------------------------------------

// What a number or behaviour rests on: the id of a fact, or the words of an assumption.
struct Basis {
  Expression fact;      // kind nothing, text, or cases of texts
  std::string assumed;  // the reason given; "true" when none is
  bool is_assumed = false;
  bool is_given() const { return is_assumed || fact.is_written(); }
};

// As whom something is done: a path to a principal, or a service principal as text (`sns.amazonaws.com`).
struct PrincipalDef {
  bool is_service = false;
  std::string service;
  Path path;
  Test test;
};

// One item of a list of needs; in order, the first that fails gives the class.
struct NeedDef {
  enum class Kind : std::uint8_t {
    each,  // every condition the path leads to; a port, hop or process start stands for all of its needs, in order;
           // what an absent optional attribute leads to is dropped
    any,   // one of everything the paths lead to is enough; nothing there: no need
    all,   // all of them, shown as one class
  };
  Kind kind = Kind::each;
  std::vector<Path> paths;             // `each`: exactly one
  std::optional<ErrorClass> shown_as;  // unset: the class each condition has
  bool only_refusals = false;          // of all needs, those whose class is a refusal
  std::vector<PrincipalDef> as;        // who calls what the paths lead to; empty: whoever calls anyway
  Test test;                           // `if`
  input::Position at;
};
using NeedDefs = std::vector<NeedDef>;

// `5m`; `{ up_to: 5m }`; `{ value: 1m, up_to: 5m }`: at least 1m, at most 5m.
struct DelayDef {
  Expression least;  // not written: 0
  Expression most;   // not written: the same as `least`
  bool is_written() const { return least.is_written() || most.is_written(); }
};

struct PhaseDef {
  Expression attempts;  // not written: without end
  Expression gap;
  Expression last;  // not written: the gap stays
  Shape shape = Shape::constant;
};

struct SeesDef {
  SymptomKind kind = SymptomKind::error;
  Text text;
  Expression after;  // not written: at once
  std::string of;    // of a process: start, run or healthy ("run" unless written); else empty
  Test test;
  NeedDefs only_while;  // `while`
  bool ends = false;    // something measured comes to an end
  Text when;            // who does this sees it, and nobody else
  std::optional<Moment> since;
  std::optional<Moment> until;
  Basis basis;  // not given: that of what it belongs to
  input::Position at;
};

// ---- where importers find a thing -----------------------------------------------------------------------------------

struct ImportStep {
  enum class Kind : std::uint8_t {
    member,      // `a`
    each,        // `[]`: every item of a list or set of blocks
    matching,    // `[k = v]`: the items whose k is v
    up,          // `^`: one level up, to what this block stands in
    json,        // `#json`: the text, read as JSON
    statements,  // `#statements`: an IAM policy document (text or object) as contained iam:statement parts
  };
  Kind kind = Kind::member;
  std::string name;   // member; matching: k
  std::string value;  // matching: v
};

// One place where an attribute may stand. `OTHER_TYPE(joining_attr):path` looks in every resource of OTHER_TYPE whose
// `joining_attr` names this one; without `:path` that resource itself is meant.
struct ImportPath {
  std::string other_type;
  std::vector<ImportStep> joined_by;
  std::vector<ImportStep> steps;
  std::optional<Quantity> times;    // `* 1s`
  bool is_schedule = false;         // rate(...): `rate(5 minutes)` or `cron(...)` as the duration between events
  std::optional<double> more_than;  // `> 0`: yes when the number is greater
  std::string text;                 // as written
  input::Position at;
};

// `TYPE: { named_by: attr, also: [identity attrs], parts: {...}, faults: {...}, mentions: {...}, refused_unless: a = b
// }`
struct ImportSource {
  std::string type;
  std::vector<std::string> named_by;  // the first that is known gives the name
  std::vector<std::string> also;
  // Resources that are part of an attribute without being read for it: `OTHER_TYPE(joining_attr): attribute`.
  struct Part {
    ImportPath path;  // without steps
    std::string attribute;
    input::Position at;
  };
  std::vector<Part> parts;
  // Updates that are a fault: `fault: attribute = value`.
  struct FaultByUpdate {
    std::string fault;
    std::string attribute;
    std::string value;  // what the attribute becomes
    input::Position at;
  };
  std::vector<FaultByUpdate> faults;
  // Where it names other resources in a way that the model does not follow: `path: types`.
  struct Mention {
    ImportPath path;
    std::vector<std::string> types;  // groups are written out, sorted
    bool any_type = false;
    input::Position at;
  };
  std::vector<Mention> mentions;
  // AWS refuses to delete it while it holds something, unless the attribute has that value: `attribute = value`.
  struct RefusedUnless {
    std::string attribute;
    std::string value;
  };
  std::optional<RefusedUnless> refused_unless;
  input::Position at;
};

// ---- members of a type ----------------------------------------------------------------------------------------------

struct AttributeDef {
  enum class Kind : std::uint8_t {
    refers_to,  // names a resource of one of `types`, or of any type when `any_type`
    contains,   // a list of parts of type `types[0]`, whose attribute `through` is their parent (set by itself)
    object,     // `members`
    text,
    count,
    duration,
    bytes,
    rate,
    ratio,
    yes_no,
    one_of,  // one of `options`
    map,     // text to text
    policy,  // a JSON policy document
    port,    // the name of a port of what attribute `port_of` refers to
    parent,  // what contains this part
    fixed,   // `fixed`, not to be set in an inventory
  };
  std::string name;
  std::string says;  // what it means, for people; empty: its name says all
  Kind kind = Kind::text;
  std::vector<std::string> types;  // groups are written out, sorted
  bool any_type = false;
  std::string through;
  std::vector<AttributeDef> members;
  std::vector<std::string> options;
  std::string port_of;
  Expression fixed;
  bool many = false;           // a list
  bool or_text = false;        // a text that names nothing is kept as text
  std::vector<Text> or_texts;  // if it has one of these forms; empty: any
  bool optional = false;
  Expression default_value;
  std::optional<Quantity> least;  // `range`
  std::optional<Quantity> most;
  Basis basis;
  std::vector<ImportPath> terraform;
  std::vector<ImportPath> cloudformation;
  input::Position at;
};
std::string_view name_of(AttributeDef::Kind k);

struct ConditionDef {
  std::string name;
  Text says;
  ErrorClass error = ErrorClass::unavailable;
  Test test;                // `if`: there is no such condition otherwise
  Test initially;           // always: true at the start
  bool is_derived = false;  // has `follows`
  NeedDefs follows;
  DelayDef falls_after;
  DelayDef rises_after;
  Condition::Rises rises = Condition::Rises::after_delay;
  std::vector<std::string> refreshed_by;  // repairs and processes of this type
  std::vector<SeesDef> sees;
  Basis basis;
  bool is_implicit = false;  // `exists` where it is not written
  input::Position at;
};

struct PortDef {
  std::string name;
  Text says;
  Test test;
  Test callers;                      // whether somebody outside may be taken to use it when no traffic is given
  NeedDefs needs;                    // the first is `exists`, added when loading
  std::string by;                    // a process of this type
  Expression capacity;               // not written: unlimited
  std::vector<std::string> actions;  // IAM actions a caller needs; of several that come to the same, one
  std::string actions_in;            // an attribute that lists them instead
  Text resource;                     // what they are done to; not written: its ARN
  bool is_forwarded = false;         // a service does them with the session of whoever asked it
  std::string service_key;           // the condition key that names that service
  bool tells_people = false;         // what comes in is read by somebody
  std::string recorded;              // as what calls of it are recorded, in a word of `last_activity`
  bool is_right = false;             // nothing but documents decides about it
  std::optional<Path> granted_by;    // conditions of which each allows the caller what no document does
  bool has_actions() const { return !actions.empty() || !actions_in.empty(); }
  Basis basis;
  input::Position at;
};

struct StoreDef {
  std::string name;
  Text says;
  Test test;
  Expression holds_for;  // not written: forever
  Expression capacity;   // not written: unlimited
  Overflow overflow = Overflow::next;
  NeedDefs accepts;
  NeedDefs readable;
  std::vector<Path> lost_with;
  std::vector<Path> emptied_by;
  bool is_ordered = false;
  enum class Readers : std::uint8_t { share, each } readers = Readers::share;
  bool holds_data = false;
  std::vector<SeesDef> sees;
  Basis basis;
  input::Position at;
};

struct FallbackDef {
  enum class Kind : std::uint8_t { place, retry, buffer } kind = Kind::place;
  Test test;
  Path in;                         // place: a store, or a port (handed on); at a component its `kept`, else its `in`
  std::vector<PrincipalDef> as;    // the first that is present
  Expression age;                  // text `entry` or `arrival`; not written: arrival
  Expression limit;                // `for`; not written: no limit of its own
  std::optional<Path> release;     // a repair; unset: data leaves by itself
  bool misdirects = false;         // nothing looks for it there
  NeedDefs needs;                  // of taking data in, beside those of the place
  std::vector<PhaseDef> schedule;  // retry
  Text buffer;                     // buffer: what it is called
  Expression capacity;
  Overflow overflow = Overflow::next;
  Basis basis;
  input::Position at;
};

// What a hop does when it fails with the classes of `key`. Of the blocks whose test holds, the nearest to the class
// that has a key counts for that key: the class itself, then refused or retryable, then any.
struct ReactionDef {
  Test test;
  std::optional<std::vector<FallbackDef>> fallbacks;
  std::optional<DelayDef> pause;
  std::optional<std::vector<SeesDef>> sees;
  Basis basis;
  input::Position at;
};
struct WhenDef {
  std::string key;   // a class, `refused`, `retryable` or `any`
  ClassSet classes;  // those it stands for
  std::vector<ReactionDef> blocks;
};

// What a hop looks out for, to tell somebody: `from: { sign: metric, words: [...], of: path }`.
struct SignDef {
  Watch::For what = Watch::For::symptom;
  std::vector<Path> words;  // texts that it names
  std::optional<Path> of;   // whose; unset: anybody's
  Test hears_silence;       // `ends`
  bool asks_for_silence = false;
  Test counts_arrivals;  // `arrivals`
  bool asks_for_arrivals = false;
  Expression outcome;        // of a call: `done`, `denied` or `any`
  Expression measures;       // `level` or `sum`: how the amount is compared with
  Expression threshold;      // this, and for a sum in
  Expression period;         // this time
  std::optional<Path> rule;  // of other alarms: a text such as `ALARM(a) AND NOT ALARM(b)`
};

struct HopDef {
  std::string name;
  Text says;
  Test test;
  std::optional<Path> each;  // one hop per item
  enum class Source : std::uint8_t { port, timetable, signal, sign } source = Source::port;
  SignDef sign;
  Expression takes;                       // how long a message to people takes along it
  std::optional<Path> from;               // a port or a condition (signal)
  Expression every;                       // timetable
  std::optional<Path> to;                 // unset: outside
  std::optional<ErrorClass> to_shown_as;  // `{ port: class }`
  std::vector<PrincipalDef> as;           // the first that is present
  NeedDefs needs;
  Expression ratio;
  Expression combines_every, combines_bytes;  // events are put together until so long has passed or so much is there
  Expression rate;                            // set: `from` is where the work is done, and this is its rate
  Expression size;
  Expression drain;
  std::vector<WhenDef> when;
  Text unknown;  // what nobody can say about it; listed with the other unknowns
  Basis basis;
  input::Position at;
};

// The blocks that speak for a class, nearest first; their tests are still to be looked at.
std::vector<const ReactionDef*> reactions_to(const HopDef& hop, ErrorClass error);

struct ProcessDef {
  std::string name;
  Text says;
  Test test;
  Expression count;     // not written: 1
  Expression lifetime;  // not written: forever
  NeedDefs start;
  NeedDefs run;
  NeedDefs healthy;
  Expression start_time;
  Expression ends_when_unhealthy_for;  // not written: never
  bool restarts = true;                // `restart: never`
  std::vector<PhaseDef> restart;
  std::vector<SeesDef> sees;
  Basis basis;
  input::Position at;
};

// A line of a shell, or one for each of several.
struct CommandDef {
  Text text;
  Test test;
  std::optional<Path> each;  // `item` is one of these; of a map, its keys
};

struct RepairDef {
  std::string name;
  Text title;
  Test test;
  std::vector<Path> restores;
  std::vector<Path> breaks;
  std::string restarts;  // a process of this type
  struct Setting {
    std::string attribute;
    Expression value;
    input::Position at;
  };
  std::vector<Setting> sets;
  DelayDef sets_after;    // from when it is done until the new values are in force
  NeedDefs requirements;  // `requires`
  Expression rate;        // of a release
  Expression takes;
  Text who;
  bool by_apply = false;       // `terraform: true`, or
  bool only_by_apply = false;  // `terraform: only`
  std::vector<CommandDef> commands;
  Text verify;
  Basis basis;
  std::string limits;  // the id of a fact
  bool is_implicit = false;
  input::Position at;
};

struct FaultDef {
  std::string name;
  std::vector<std::string> actions;  // the IAM actions it takes
  struct Parameter {
    std::string name;
    std::string attribute;             // takes the kind and the value of this attribute of the type, or
    std::vector<std::string> options;  // one of these, or
    bool is_document = false;          // one of its policy documents, by name: then only that is broken
    enum class Edit : std::uint8_t {   // what changes a document or tags
      none,
      removes_statement,  // by Sid or number
      adds_statement,
      replaces_document,
      sets_tags,
      removes_tags,
    };
    Edit edit = Edit::none;
    std::string default_option;
    input::Position at;
  };
  std::vector<Parameter> with;
  struct ContextKey {
    std::string key;  // an IAM condition key
    Expression value;
    input::Position at;
  };
  std::vector<ContextKey> context;
  NeedDefs needs;
  std::vector<Path> breaks;
  std::vector<Path> restores;
  struct Cascade {
    Test test;
    Path deletes;
    input::Position at;
  };
  std::vector<Cascade> cascade;
  struct Before {  // a call that has to come first, as the service refuses the fault's own otherwise
    std::string call;
    Test test;
    std::optional<Path> on;  // the components it is made on; not written: the fault's own
    Basis basis;
    input::Position at;
  };
  std::vector<Before> before;
  std::string same_as;    // already followed: the rest of this definition is that of the other fault
  std::string undone_by;  // the repair that puts back what it changes in a document or in tags
  bool edits() const {    // it has to be told what it changes
    return std::any_of(with.begin(), with.end(), [](const Parameter& p) { return p.edit != Parameter::Edit::none; });
  }
  bool is_trial = false;  // `trial: true`: undone at once, and felt by those whom the deletion would hurt
  Basis basis;
  bool is_implicit = false;  // `delete` where it is not written
  input::Position at;
};

// A policy of an organisation: it is asked about every call in the accounts it is attached to.
struct GuardsDef {
  std::string with;      // a policy attribute
  Expression kind;       // SERVICE_CONTROL_POLICY or RESOURCE_CONTROL_POLICY
  Expression over;       // accounts; a text that is no account number stands for all of them
  Expression except;     // the account whose calls and resources it never reaches
  Expression alone;      // yes: AWS's policy that allows everything is not attached beside it
  NeedDefs while_true;   // hold while it is attached
  NeedDefs unless_true;  // hold while it is not
  Basis basis;
  input::Position at;
};

// Where the policy documents of a principal stand, and the one that says who may use a resource, or be a principal.
struct PermissionsDef {
  std::string managed;      // an attribute that refers to policies with documents of their own
  std::string inline_ones;  // one that holds documents by name
  std::string boundary;     // one that refers to a policy
  std::string unseen;       // one that names what has more of them, which the inventory does not hold: groups
  std::string put_back;     // the repair that attaches them again
  std::string own;          // who may use it: its own document, of a role its trust policy, and
  std::string statements;   // the parts that say whom that names, and
  std::string intact;       // the condition that nobody has broken it, and
  std::string held;         // where nobody else may change it, that somebody whom it names may
  bool is_of_principal() const { return !managed.empty() || !inline_ones.empty(); }
  Basis basis;
  input::Position at;
};

// As whom something takes on a role that it is given, in the words of trust policies: a service, or a token of an
// identity provider.
struct WorksAsDef {
  Test test;
  std::string through;  // the attribute that gives the role; empty: any
  std::string service;
  std::optional<Path> principal;  // somebody who works in its name
  Text provider;                  // the ARN, or a part of it
  Text subject;                   // whom the token is about; not written: not known
  input::Position at;
};

// A look at the past that tells whether anybody has used a principal or key, and what it does not show.
struct LookBackDef {
  Test test;
  Text says;
  std::vector<std::string> shows;  // kinds of calls, as ports name them; `any`
  std::optional<Path> also;        // texts that name more of them
  Expression keeps;                // how far back; not written: forever
  Expression lag;                  // until a call is seen
  Text look;                       // the command
  Basis basis;
  input::Position at;
};

// ---- types and facts ------------------------------------------------------------------------------------------------

// What texts name one of a type, besides its ARN. In a pattern `{name}` is its name (without it the whole text is),
// `{arn}` another text that names one, `{ask.something}` whatever stands there.
struct IdentityDef {
  std::optional<std::vector<Text>> written;  // the first that fits counts; left out: the name alone
  std::vector<std::string> followed_by;      // may come after any of them, with more, and is no part of the identity
  std::vector<std::string> without;          // a text that holds one of these names something else
  std::vector<std::string> stood_for_by;     // types of which one can be named in place of one of these
  input::Position stood_for_by_at;
  std::vector<Text> of_aws;  // what AWS itself owns, and nobody can delete
};

// What cannot be, since AWS refuses to set it up; or what is let through and hardly meant.
struct ObjectionDef {
  Test test;
  Text says;
  std::string where;  // the attribute that is to be looked at; empty: the whole
  Basis basis;
  input::Position at;
};

// Attributes of resources in files that have a value and change nothing here, by the type of the resource: paths, each
// with all that is below it, or `path = value`.
struct WithoutEffectDef {
  std::string type;
  std::vector<std::string> paths;
};

struct TypeDef {
  std::string name;     // `service:type`
  std::string service;  // of the file it stands in
  std::string says;     // optional, a sentence on what is modelled
  std::vector<ImportSource> terraform;
  std::vector<ImportSource> cloudformation;
  Text arn;
  IdentityDef identity;
  std::vector<AttributeDef> attributes;
  std::vector<ConditionDef> conditions;  // `exists` first
  std::vector<PortDef> ports;
  std::vector<StoreDef> stores;
  std::vector<HopDef> hops;
  std::vector<ProcessDef> processes;
  std::vector<RepairDef> repairs;
  std::vector<FaultDef> faults;
  std::optional<GuardsDef> guards;
  std::optional<PermissionsDef> permissions;
  std::vector<WorksAsDef> works_as;        // one that a trust policy lets in is enough
  std::vector<LookBackDef> last_activity;  // of a principal or key
  std::vector<ObjectionDef> impossible;
  std::vector<ObjectionDef> doubtful;
  std::vector<WithoutEffectDef> without_effect;
  Text works_through;         // the name it gives itself where it uses a key with the session of whoever asked it
  std::string calls_seen_in;  // the Region in which calls about one are recorded; not written: its own
  std::string own_account;    // the fact that nobody of another account does its faults; not written: some may
  input::Position at;

  const AttributeDef* find_attribute(std::string_view name) const;
  const ConditionDef* find_condition(std::string_view name) const;
  const PortDef* find_port(std::string_view name) const;
  const StoreDef* find_store(std::string_view name) const;
  const HopDef* find_hop(std::string_view name) const;
  const ProcessDef* find_process(std::string_view name) const;
  const RepairDef* find_repair(std::string_view name) const;
  const FaultDef* find_fault(std::string_view name) const;
};

// What a name means in a type. Attributes, conditions, ports, stores, hops, processes and repairs share one space of
// names; faults have their own.
enum class MemberKind : std::uint8_t {
  none,
  attribute,
  condition,
  port,
  store,
  hop,
  process,
  repair,
  builtin,  // name, arn, account, region (texts); ok (a condition over the whole component)
};
struct Member {
  MemberKind kind = MemberKind::none;
  std::size_t index = 0;  // into the type's list
};
Member find_member(const TypeDef& type, std::string_view name);

struct FactDef {
  std::string id;
  std::string says;
  std::string source;
  Confidence confidence = Confidence::assumed;
  std::string service;  // of the file it stands in
  input::Position at;
};

class Catalogue {
 public:
  Catalogue();
  ~Catalogue();
  Catalogue(Catalogue&&) noexcept;
  Catalogue& operator=(Catalogue&&) noexcept;

  // Null when there is none. Types are read when first asked for and stay where they are.
  const TypeDef* find_type(std::string_view name) const;
  const FactDef* find_fact(std::string_view id) const;
  const TypeDef* find_terraform(std::string_view resource_type) const;       // aws_sqs_queue
  const TypeDef* find_cloudformation(std::string_view resource_type) const;  // AWS::SQS::Queue
  // Read for the attributes of other types, without being a type here: aws_sqs_queue_policy.
  bool is_part_in_terraform(std::string_view resource_type) const;
  bool is_part_in_cloudformation(std::string_view resource_type) const;

  std::vector<std::string_view> type_names() const;                         // sorted
  std::vector<const TypeDef*> types() const;                                // all of them, sorted by name
  std::vector<const FactDef*> facts() const;                                // sorted by id
  const std::vector<std::string>* find_group(std::string_view name) const;  // its types
  bool is_in_group(std::string_view type, std::string_view group) const;

  struct Contents;
  explicit Catalogue(std::unique_ptr<Contents> contents);

 private:
  std::unique_ptr<Contents> contents_;
};

// Reads and checks catalogue files; every mistake goes to `diagnostics`. The documents must outlive the catalogue.
Catalogue load_catalogue(const std::vector<const input::Document*>& documents, input::Diagnostics& diagnostics);

// The catalogue that was built in (models/aws).
const Catalogue& embedded_catalogue();

// The same with files, or the files of directories, added; a type or fact they have too is replaced, by the last of
// them.
Catalogue embedded_catalogue_with(const std::vector<std::string>& paths, input::Diagnostics& diagnostics);

// All types and facts with their sources, by service, as a Markdown page.
std::string catalogue_page(const Catalogue& catalogue);

}  // namespace moshimo::models
