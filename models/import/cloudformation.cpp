#include "models/import/cloudformation.hpp"

#include "models/import/cloudformation_template.hpp"

namespace moshimo::models::importing {

void read_templates(std::vector<TemplateFile>& templates, const Catalogue& catalogue, Documents& documents,
                    input::Diagnostics& diagnostics) {
  std::vector<Template> readers;
  readers.reserve(templates.size());
  for (const TemplateFile& file : templates) readers.emplace_back(file.root, file.file, catalogue, diagnostics);
  Exports exports;
  for (Template& reader : readers) reader.collect(exports);
  for (std::size_t i = 0; i < templates.size(); ++i) readers[i].read(exports, documents, templates[i].world);
}

}  // namespace moshimo::models::importing
