// Any bytes, imported as a CloudFormation template or as account details: no crash, sound positions, and an inventory
// whose edges lead to what is in it.
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>

#include "models/import/importer.hpp"

namespace {

using namespace moshimo;
using namespace moshimo::models;

void demand(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t most = 1 << 16;
  if (size > most) return 0;
  const std::string text(reinterpret_cast<const char*>(data), size);
  input::Diagnostics diagnostics;
  const ImportResult result = import_texts({{"template", text}}, embedded_catalogue(), diagnostics);
  for (const input::Diagnostic& d : diagnostics.errors()) {
    demand(!d.at.file || d.at.offset <= d.at.file->text().size());
    demand(!input::to_string(d).empty());
  }
  if (diagnostics.has_errors()) demand(result.inventory.resources.empty());
  std::set<std::string> names;
  for (const Resource& r : result.inventory.resources) demand(names.insert(r.name).second);
  for (const ImportedEdge& e : result.edges) demand(names.contains(e.to));
  // Our own placeholders are for nobody to see.
  if (text.find("${") == std::string::npos) demand(to_yaml(result.inventory).find("${0!") == std::string::npos);
  return 0;
}
