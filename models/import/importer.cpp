#include "models/import/importer.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <unordered_set>

#include "models/import/account_details.hpp"
#include "models/import/cloudformation.hpp"
#include "models/import/mapping.hpp"
#include "models/import/planned_changes.hpp"
#include "models/import/successors.hpp"

namespace moshimo::models {

namespace {

using importing::Documents;
using importing::Source;
using FileValue = importing::Value;

ImportKind kind_of(FileValue root) {
  if (!root.is_map()) return ImportKind::unknown;
  if (root.member("resource_changes") || root.member("planned_values")) return ImportKind::terraform_plan;
  if (root.member("RoleDetailList") || root.member("UserDetailList") || root.member("GroupDetailList")) {
    return ImportKind::iam_account_details;
  }
  if (root.member("AWSTemplateFormatVersion")) return ImportKind::cloudformation;
  if (root.member("version") && (root.member("lineage") || root.member("resources") || root.member("modules"))) {
    return ImportKind::terraform_raw_state;
  }
  if (root.member("Resources").is_map()) return ImportKind::cloudformation;
  if (root.member("values") || root.member("format_version")) return ImportKind::terraform_state;
  if (root.member("@level") || root.member("@message")) return ImportKind::terraform_log;
  return ImportKind::unknown;
}

std::string_view without_mark(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  const std::size_t start = text.find_first_not_of(" \t\r\n");
  return start == std::string_view::npos ? std::string_view() : text.substr(start);
}

std::optional<ImportKind> kind_before_parsing(std::string_view text) {
  if (text.starts_with("PK\x03\x04")) return ImportKind::terraform_binary_plan;
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) return std::nullopt;
  text = without_mark(text);
  if (text.empty()) return ImportKind::unknown;
  const std::string_view line = text.substr(0, text.find('\n'));
  if (line.starts_with("{\"@level\"")) return ImportKind::terraform_log;
  if (line.starts_with("[command]")) return ImportKind::wrapped;
  if (line.starts_with('{') || line.starts_with('[')) return std::nullopt;
  if (text.starts_with("AWSTemplateFormatVersion") || text.starts_with("Resources:") ||
      text.find("\nAWSTemplateFormatVersion") != std::string_view::npos ||
      text.find("\nResources:") != std::string_view::npos) {
    return ImportKind::cloudformation;
  }
  return text.find("\n{") != std::string_view::npos ? ImportKind::wrapped : ImportKind::unknown;
}

// What to say about a text that cannot be imported; empty where it can.
std::string refusal(ImportKind kind) {
  switch (kind) {
    case ImportKind::terraform_plan:
    case ImportKind::terraform_state:
    case ImportKind::terraform_raw_state:
    case ImportKind::cloudformation:
    case ImportKind::iam_account_details: return {};
    case ImportKind::terraform_log:
      return "this is the log of `terraform plan -json`, not a plan; run `terraform plan -out=FILE` and `terraform "
             "show "
             "-json FILE`, and give what that writes";
    case ImportKind::terraform_binary_plan:
      return "this is a plan in Terraform's own binary form; give what `terraform show -json FILE` writes for it";
    case ImportKind::wrapped:
      return "there is text before the JSON, as the wrapper of the setup-terraform action writes it; set "
             "`terraform_wrapper: false` there, or cut that text off";
    case ImportKind::unknown:
      return "this is no file that import reads; give what `terraform show -json` writes, a .tfstate file, or a "
             "CloudFormation template";
  }
  return {};
}

struct Read {
  std::vector<Source> before;
  std::vector<Source> after;
  std::vector<std::size_t> plans;
  bool is_partial = false;
};

// Templates say what exists, with nothing before or after; their places among the files are the numbers of their
// worlds.
void read_template_files(const std::vector<FileValue>& roots, const Catalogue& catalogue, Documents& documents,
                         Read& read, input::Diagnostics& diagnostics) {
  std::vector<importing::TemplateFile> templates;
  for (const FileValue& root : roots) {
    templates.push_back({root, static_cast<int>(read.before.size() + templates.size()), {}});
  }
  importing::read_templates(templates, catalogue, documents, diagnostics);
  for (importing::TemplateFile& file : templates) {
    Source after;
    after.world.language = file.world.language;
    after.world.instances = file.world.instances;
    after.world.unknowns = file.world.unknowns;
    read.after.push_back(std::move(after));
    Source before;
    before.world = std::move(file.world);
    read.before.push_back(std::move(before));
  }
}

// Both worlds of a plan; a state is the same before and after.
bool read_source(Documents& documents, FileValue root, ImportKind kind, Read& read, input::Diagnostics& diagnostics) {
  for (const bool is_after : {false, true}) {
    Source source;
    // The second reading meets the same mistakes.
    input::Diagnostics said_already;
    input::Diagnostics& to = is_after ? said_already : diagnostics;
    bool good = false;
    if (kind == ImportKind::terraform_plan) {
      good = importing::read_plan(documents, root, is_after ? importing::PlanSide::after : importing::PlanSide::before,
                                  source.world, to);
    } else if (kind == ImportKind::iam_account_details) {
      good = importing::read_account_details(root, documents, source.world, to);
    } else if (kind == ImportKind::terraform_state) {
      good = importing::read_shown_state(documents, root, source.world, to);
    } else {
      good = importing::read_raw_state(documents, root, source.world, to);
    }
    if (!good) return false;
    if (!is_after && kind == ImportKind::terraform_plan) read.plans.push_back(read.before.size());
    read.is_partial = read.is_partial || source.world.is_partial;
    (is_after ? read.after : read.before).push_back(std::move(source));
  }
  return true;
}

// A state that is given beside a plan of it tells nothing new: what the plan speaks of counts once.
void drop_what_plans_tell(Read& read) {
  std::unordered_set<std::string> told;
  const auto key = [](const importing::Instance& i) {
    return fmt::format("{}\n{}\n{}", importing::full_address(i), i.values.member("arn").text(),
                       i.values.member("id").text());
  };
  for (const std::size_t plan : read.plans) {
    for (const importing::Instance& i : read.before[plan].world.instances) told.insert(key(i));
  }
  for (std::size_t s = 0; s < read.before.size(); ++s) {
    if (read.before[s].world.is_plan) continue;
    for (std::vector<Source>* side : {&read.before, &read.after}) {
      std::erase_if((*side)[s].world.instances, [&](const importing::Instance& i) { return told.contains(key(i)); });
    }
  }
}

// Managed resources, of modelled types or of any.
bool has_managed(const std::vector<Source>& sources, const Catalogue* modelled_in) {
  return std::any_of(sources.begin(), sources.end(), [&](const Source& s) {
    return std::any_of(s.world.instances.begin(), s.world.instances.end(), [&](const importing::Instance& i) {
      return !i.is_data && !i.is_gone && (!modelled_in || importing::find_imported(*modelled_in, i.type));
    });
  });
}

bool has_gone(const std::vector<Source>& sources) {
  return std::any_of(sources.begin(), sources.end(), [](const Source& s) {
    return std::any_of(s.world.instances.begin(), s.world.instances.end(),
                       [](const importing::Instance& i) { return i.is_gone; });
  });
}

bool exists_only_afterwards(const Read& read, const Catalogue& catalogue) {
  if (has_managed(read.before, &catalogue)) return false;
  if (has_managed(read.after, &catalogue)) return true;
  return !has_managed(read.before, nullptr) && has_managed(read.after, nullptr);
}

template <class Row>
void append_rows(std::vector<Row>& to, std::vector<Row> from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

using Parsed = std::vector<std::shared_ptr<const input::Document>>;

ImportResult import_documents(const Parsed& parsed, const Catalogue& catalogue, input::Diagnostics& diagnostics,
                              const ImportOptions& options) {
  Documents documents;
  Read read;
  ImportResult result;
  std::vector<FileValue> templates;
  for (const auto& document : parsed) {
    const input::Position start{&document->file(), 0};
    const FileValue root = documents.add(document);
    const ImportKind kind = kind_of(root);
    if (const std::string why = refusal(kind); !why.empty()) {
      diagnostics.error(start, why);
      continue;
    }
    if (kind == ImportKind::cloudformation) {
      templates.push_back(root);
    } else {
      read_source(documents, root, kind, read, diagnostics);
    }
  }
  read_template_files(templates, catalogue, documents, read, diagnostics);
  if (diagnostics.has_errors()) return result;
  if (!read.plans.empty()) drop_what_plans_tell(read);
  for (std::vector<Source>* side : {&read.before, &read.after}) {
    for (Source& source : *side) source.references = std::make_unique<importing::References>(source.world);
  }
  result.has_plan = !read.plans.empty();
  result.is_partial = read.is_partial;
  switch (options.world) {
    case ImportOptions::World::automatic:
      result.is_all_new = result.is_planned_world = result.has_plan && exists_only_afterwards(read, catalogue);
      break;
    case ImportOptions::World::before: break;
    case ImportOptions::World::after: result.is_planned_world = result.has_plan; break;
  }

  importing::Mapped before = importing::map_world(read.before, documents, catalogue);
  importing::Mapped after;
  if (result.has_plan) {
    importing::KnownNames names;
    names.by_identity = before.identities;
    std::unordered_set<std::string_view> whole;
    for (const Resource& r : before.inventory.resources) whole.insert(r.name);
    for (const auto& [address, places] : before.placements) {
      for (const importing::Placement& p : places) {
        if (p.attribute.empty() && whole.contains(p.name)) names.by_address.emplace(address, p.name);
      }
    }
    after = importing::map_world(read.after, documents, catalogue, names);
    importing::join_successors(before, after);
  }
  std::vector<importing::ChangedFirst> changed_first;
  for (const std::size_t i : read.plans) {
    PlannedChanges changes = importing::planned_changes(read.before[i].world, before, after, catalogue, changed_first);
    append_rows(result.changes.deletions, std::move(changes.deletions));
    append_rows(result.changes.replacements, std::move(changes.replacements));
    append_rows(result.changes.updates, std::move(changes.updates));
    append_rows(result.changes.moves, std::move(changes.moves));
    append_rows(result.changes.unmodelled, std::move(changes.unmodelled));
    append_rows(result.changes.unseen_users, std::move(changes.unseen_users));
    append_rows(result.changes.mentions, std::move(changes.mentions));
    append_rows(result.changes.along, std::move(changes.along));
    append_rows(result.changes.created, std::move(changes.created));
    append_rows(result.changes.imported, std::move(changes.imported));
    append_rows(result.changes.forgotten, std::move(changes.forgotten));
    append_rows(result.changes.drifted, std::move(changes.drifted));
    append_rows(result.changes.vanished, std::move(changes.vanished));
    append_rows(result.changes.not_simulated, std::move(changes.not_simulated));
  }
  if (!changed_first.empty() && !result.is_planned_world) {
    result.changed_first = importing::with_changes(before.inventory, after, changed_first);
  }
  if (has_gone(read.before)) {  // faults meet what was bound to it; the inventory is without it
    if (!result.changed_first && !result.is_planned_world) result.changed_first = before.inventory;
    importing::KnownNames names;
    names.with_gone = false;
    before = importing::map_world(read.before, documents, catalogue, names);
  }
  importing::Mapped& chosen = result.is_planned_world ? after : before;
  result.inventory = std::move(chosen.inventory);
  result.inventory.imported = true;
  if (result.changed_first) result.changed_first->imported = true;
  for (const std::string& former : chosen.formers) {
    result.inventory.unknowns.push_back(
        fmt::format("{} goes with the plan; it stands here because something still names it", former));
  }
  result.coverage = std::move(chosen.coverage);
  result.edges = std::move(chosen.edges);
  for (const auto& [address, places] : chosen.placements) {
    for (const importing::Placement& p : places) {
      if (p.attribute.empty()) result.addresses.push_back({p.name, address});
    }
  }
  std::sort(result.addresses.begin(), result.addresses.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  if (result.is_partial) {
    result.inventory.unknowns.insert(
        result.inventory.unknowns.begin(),
        "the plan says that it is not complete, so what it changes may be more than stands here");
  }
  if (result.is_planned_world && options.world == ImportOptions::World::automatic) {
    result.inventory.unknowns.insert(result.inventory.unknowns.begin(),
                                     "nothing that is modelled exists before this plan; this is the world after it");
  }
  return result;
}

}  // namespace

ImportKind import_kind_of(std::string_view text) {
  if (const auto kind = kind_before_parsing(text)) return *kind;
  input::Diagnostics ignored;
  Documents documents;
  return kind_of(documents.add(
      std::make_shared<input::Document>(input::Document::parse("", std::string(text), input::Format::json, ignored))));
}

ImportResult import_texts(std::vector<ImportText> texts, const Catalogue& catalogue, input::Diagnostics& diagnostics,
                          const ImportOptions& options) {
  Parsed documents;
  Parsed whole;
  for (ImportText& text : texts) {
    const auto kind = kind_before_parsing(text.text);
    if (kind && *kind != ImportKind::cloudformation) {
      diagnostics.error({},
                        fmt::format("{}:1:1: {}", text.name, text.text.empty() ? "the file is empty" : refusal(*kind)));
      continue;
    }
    const input::Format format = kind ? input::Format::yaml : input::Format::json;
    documents.push_back(std::make_shared<input::Document>(
        input::Document::parse(text.name, std::move(text.text), format, diagnostics)));
    if (documents.back()->is_whole()) whole.push_back(documents.back());
  }
  ImportResult result = import_documents(whole, catalogue, diagnostics, options);
  // What messages point into, and what the result comes from.
  for (const auto& document : documents) result.inventory.files.push_back(document->shared_file());
  if (result.changed_first) result.changed_first->files = result.inventory.files;
  return result;
}

ImportResult import_files(const std::vector<std::string>& paths, const Catalogue& catalogue,
                          input::Diagnostics& diagnostics, const ImportOptions& options) {
  std::vector<ImportText> texts;
  for (const std::string& path : paths) {
    const std::size_t before = diagnostics.errors().size();
    ImportText text{path == "-" ? "standard input" : path, input::read_file(path, diagnostics)};
    if (diagnostics.errors().size() == before) texts.push_back(std::move(text));
  }
  return import_texts(std::move(texts), catalogue, diagnostics, options);
}

std::vector<std::string> unread_lines(const Coverage& coverage) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < coverage.unread.size();) {
    const std::string& type = coverage.unread[i].type;
    std::vector<std::pair<std::vector<std::string>, std::string>> said;  // who says it, and what
    for (; i < coverage.unread.size() && coverage.unread[i].type == type; ++i) {
      const Coverage::Unread& u = coverage.unread[i];
      const std::string attribute = u.attribute.empty() ? "all of it" : u.attribute;
      const auto same = std::find_if(said.begin(), said.end(), [&](const auto& s) { return s.first == u.addresses; });
      if (same == said.end()) {
        said.emplace_back(u.addresses, attribute);
      } else {
        same->second += ", " + attribute;
      }
    }
    std::string line;
    for (const auto& [addresses, attributes] : said) {
      line += fmt::format("{}{} ({})", line.empty() ? "" : "; ", attributes,
                          addresses.size() <= 2 ? fmt::format("{}", fmt::join(addresses, ", "))
                                                : fmt::format("{} times", addresses.size()));
    }
    lines.push_back(fmt::format("{}: {}", type, line));
  }
  return lines;
}

std::string coverage_line(const Coverage& coverage) {
  const std::size_t all = coverage.modelled + coverage.folded + coverage.unmodelled.size();
  const auto count = [](std::size_t n, std::string_view one, std::string_view many) {
    return fmt::format("{} {}", n, n == 1 ? one : many);
  };
  const std::string unfollowed =
      coverage.unfollowed > 0 ? fmt::format(" ({} of them not followed)", coverage.unfollowed) : std::string();
  const std::string_view whole = coverage.modelled > 0 ? "those" : "something outside these files";
  return fmt::format(
      "{}: {} modelled, {} part of {}, {} not modelled; {} stated{}, {} inferred, {} unresolved; {} outside these "
      "files",
      count(all, "resource", "resources"), coverage.modelled, coverage.folded, whole, coverage.unmodelled.size(),
      count(coverage.stated, "reference", "references"), unfollowed, coverage.inferred, coverage.unresolved.size(),
      count(coverage.external.size(), "thing", "things"));
}

}  // namespace moshimo::models
