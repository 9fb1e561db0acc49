// Reads infrastructure files into an inventory: Terraform's, CloudFormation's, and what IAM tells of an account.
//
// Of a plan the inventory is the world before it, so that what the plan deletes is still there and can be asked about;
// what the plan does to it stands in `changes`. Nothing is dropped silently: every resource of the files is modelled,
// part of one that is, or listed in `coverage`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "input/diagnostics.hpp"
#include "models/catalogue.hpp"
#include "models/inventory.hpp"

namespace moshimo::models {

// An attribute that names another resource, and how it was found.
struct ImportedEdge {
  enum class How : std::uint8_t {
    value,      // the file gives the ARN, id or name
    reference,  // the value is unknown; the configuration says what it comes from
    inferred,   // the reference cannot be followed, and only one resource can be meant
  };
  std::string from;       // names in the inventory
  std::string attribute;  // `logs.group`, `replication[0].destination`
  std::string to;
  How how = How::value;
  bool is_followed = true;  // false: it is named, but the model makes nothing of it; `attribute` is Terraform's
  friend bool operator==(const ImportedEdge&, const ImportedEdge&) = default;
};

struct Coverage {
  std::size_t modelled = 0;
  std::size_t folded = 0;  // part of a modelled resource, such as aws_sqs_queue_policy
  std::size_t data_sources = 0;
  std::size_t stated = 0;      // references between resources that the files state, by value or by expression
  std::size_t inferred = 0;    // those guessed because only one resource can be meant
  std::size_t unfollowed = 0;  // among those stated, the ones the model makes nothing of
  struct Unmodelled {
    std::string type;
    std::string address;
  };
  std::vector<Unmodelled> unmodelled;
  struct Unresolved {
    std::string address;
    std::string attribute;
    std::string why;  // "local.role cannot be followed in a plan"
  };
  std::vector<Unresolved> unresolved;
  struct Unread {  // what the files say of something modelled, and nothing here makes anything of
    std::string type;
    std::string attribute;               // `rule.expiration.days`; empty: all of a resource that is part of another
    std::vector<std::string> addresses;  // of the resources that say it
  };
  std::vector<Unread> unread;
  struct External {  // named by the files, not described by them
    std::string name;
    std::string type;
    std::string named_as;  // the ARN or name
  };
  std::vector<External> external;
};

struct PlannedChanges {
  struct Deletion {
    std::string name;  // in the inventory; of the resource a deleted part belongs to
    std::string verb;  // `delete`; `break-policy`, `detach`, `disable`... for parts and updates
    std::string address;
    std::string type;  // Terraform's
    std::string why;   // delete_because_no_resource_config, or what changes
    bool is_update = false;
    std::vector<std::pair<std::string, Value>> parameters = {};  // of the fault
  };
  struct Replacement {
    std::string name;
    std::string address;
    std::string type;
    bool creates_first = false;  // the new one is made before the old one goes: no gap, but a new identity
    std::string why;
    bool restores_parts = false;  // the plan makes again what was attached to it
    bool keeps_data = false;      // data lies in it or is encrypted with it, which the new one does not have
    bool moves_users = false;     // it gets another ARN, and everything in the files that uses it goes over to that
    bool was_gone = false;        // somebody deleted it outside Terraform: the plan only makes it again
    std::string made_as = {};     // its name in the inventory where it gets another ARN and somebody keeps the old one
    Duration name_held_for = {};  // after the deletion of the old one nothing of its name can be made for so long
  };
  struct Move {
    std::string from;
    std::string to;
  };
  struct Update {  // of something the model has an attribute for
    std::string name;
    std::string address;
    std::string attribute;
    std::string before;
    std::string after;
    bool is_simulated = false;  // it is done before anything goes, and what goes meets it done
  };
  struct Unmodelled {  // deleted or replaced, without being known to the model
    std::string address;
    std::string type;
    bool is_replaced = false;
  };
  struct UnseenUsers {  // of something that goes and that only others make use of, none of which is in the files
    std::string name;
    std::vector<std::string> trusted;  // whom it lets assume it
  };
  struct Mention {  // of something that goes, by something that stays, in a way the model makes nothing of
    std::string name;
    std::string by;
    std::string attribute;  // Terraform's
  };
  std::vector<Deletion> deletions;
  std::vector<Replacement> replacements;
  std::vector<Update> updates;
  std::vector<Move> moves;
  std::vector<Unmodelled> unmodelled;
  std::vector<UnseenUsers> unseen_users;
  std::vector<Mention> mentions;
  std::vector<std::string> along;          // addresses of parts that go with what they are part of
  std::vector<std::string> created;        // addresses
  std::vector<std::string> imported;       // addresses that Terraform takes over; nothing happens to them
  std::vector<std::string> forgotten;      // addresses that only leave the state; nothing happens to them
  std::vector<std::string> drifted;        // addresses that were changed outside Terraform
  std::vector<std::string> vanished;       // addresses that were deleted outside Terraform
  std::vector<std::string> not_simulated;  // changes that the model has no words for, a sentence each
};

struct ImportResult {
  Inventory inventory;
  PlannedChanges changes;
  Coverage coverage;
  std::vector<ImportedEdge> edges;
  struct Address {
    std::string name;     // in the inventory
    std::string address;  // Terraform's
  };
  std::vector<Address> addresses;  // by name
  // Of a plan: the world that its deletions meet, with what it changes in place before them; empty: `inventory`.
  std::optional<Inventory> changed_first;
  const Inventory& met_by_faults() const { return changed_first ? *changed_first : inventory; }
  bool has_plan = false;
  bool is_partial = false;        // a plan said it is not complete
  bool is_planned_world = false;  // the inventory is the world after the plan
  bool is_all_new = false;        // because nothing that is modelled existed before it
};

struct ImportOptions {
  enum class World : std::uint8_t {
    automatic,  // before; after when a plan says that nothing exists yet
    before,
    after,
  };
  World world = World::automatic;
};

// Reads all files into one inventory ("-": standard input). What cannot be read goes to `diagnostics`; the result then
// holds nothing but the documents that the messages point into, so print them while it lives.
ImportResult import_files(const std::vector<std::string>& paths, const Catalogue& catalogue,
                          input::Diagnostics& diagnostics, const ImportOptions& options = {});

// The same for texts, each with a name for messages.
struct ImportText {
  std::string name;
  std::string text;
};
ImportResult import_texts(std::vector<ImportText> texts, const Catalogue& catalogue, input::Diagnostics& diagnostics,
                          const ImportOptions& options = {});

// What a text is, told by its content.
enum class ImportKind : std::uint8_t {
  terraform_plan,
  terraform_state,  // of `terraform show -json`
  terraform_raw_state,
  iam_account_details,
  cloudformation,
  terraform_log,  // of `terraform plan -json`
  terraform_binary_plan,
  wrapped,  // text before the JSON
  unknown,
};
ImportKind import_kind_of(std::string_view text);

// A line for each type: "aws_lambda_function: layers, snap_start (aws_lambda_function.f); tracing (5 times)"
std::vector<std::string> unread_lines(const Coverage& coverage);

// "42 resources: 30 modelled, 8 part of those, 4 not modelled; 50 references stated, 1 inferred, 0 unresolved; 2 things
// outside these files"
std::string coverage_line(const Coverage& coverage);

}  // namespace moshimo::models
