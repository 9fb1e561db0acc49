#include <fmt/format.h>

#include "models/catalogue/type_reader.hpp"

namespace moshimo::models {

RepairDef TypeReader::repair(const Tree& tree) {
  RepairDef result;
  if (!begin(tree, "repair", result)) return result;
  allow_only(tree, {"title", "if", "restores", "breaks", "restarts", "sets", "sets_after", "requires", "rate", "takes",
                    "who", "terraform", "commands", "verify", "fact", "assumed", "limits"});
  words_.report = true;
  result.title = required_text(tree, "title", what("repair", tree));
  result.test = test_in(tree);
  result.restores = paths_in(tree, "restores");
  result.breaks = paths_in(tree, "breaks");
  if (const Tree* t = tree.find("restarts")) result.restarts = name_in(*t);
  if (const Tree* t = tree.find("sets"); t != nullptr && expect_map(*t, "`sets`")) {
    for (const Tree& child : t->children) {
      result.sets.push_back({child.key, parser().expression(child, Wanted::any), child.key_at});
    }
  }
  result.sets_after = delay_in(tree, "sets_after");
  result.requirements = needs_in(tree, "requires");
  result.rate = quantity_in(tree, "rate");
  result.takes = quantity_in(tree, "takes");
  result.who = text_in(tree, "who");
  const Tree* by_apply = tree.find("terraform");
  result.only_by_apply = by_apply != nullptr && by_apply->text == "only";
  result.by_apply = result.only_by_apply || says_yes(tree, "terraform");
  if (const Tree* t = tree.find("commands")) {
    for (const Tree* item : items(*t)) result.commands.push_back(command(*item));
  }
  result.verify = text_in(tree, "verify");
  result.basis = basis(tree);
  if (const Tree* t = tree.find("limits")) result.limits = name_in(*t);
  words_.report = false;
  return result;
}

CommandDef TypeReader::command(const Tree& tree) {
  CommandDef result;
  if (!tree.is_map()) {
    result.text = parser().text(tree);
    return result;
  }
  allow_only(tree, {"each", "if", "command"});
  if (const Tree* each = tree.find("each")) {
    result.each = parser().path(*each);
    words_.item = true;
  }
  result.test = test_in(tree);
  result.text = required_text(tree, "command", "a command");
  words_.item = false;
  return result;
}

// What was deleted and has no way back of its own is declared again with the infrastructure code.
void TypeReader::add_recreate() {
  const ConditionDef& exists = type_.conditions.front();
  if (exists.is_derived || exists.rises == Condition::Rises::never || type_.find_repair("recreate") != nullptr) return;
  for (const RepairDef& repair : type_.repairs) {
    for (const Path& path : repair.restores) {
      if (path.start == Path::Start::component && path.steps.size() == 1 && path.steps[0].name == "exists") return;
    }
  }
  RepairDef recreate;
  recreate.name = "recreate";
  recreate.title = words("Declare ", "name", " again");
  recreate.restores.push_back(own("exists"));
  recreate.by_apply = true;
  recreate.takes.kind = Expression::Kind::quantity;
  recreate.takes.quantity = {300, Unit::seconds};
  recreate.basis.is_assumed = true;
  recreate.basis.assumed = "applying the code of one resource takes five minutes";
  recreate.is_implicit = true;
  recreate.at = type_.at;
  type_.repairs.push_back(std::move(recreate));
}

}  // namespace moshimo::models
