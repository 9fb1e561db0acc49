// Whether a YAML text is what a JSON Schema of schemas/ describes, as an editor would see it.
#pragma once

#include <string>

namespace moshimo {

// `schema` is the name of a file in schemas/. A line for everything in `text` that does not keep to it; "" when it
// does.
std::string schema_mistakes(const std::string& schema, const std::string& name, const std::string& text);

// The same for a JSON output of the program and the schema of its kind in schemas/output/.
std::string output_mistakes(const std::string& text);

// A file of the source tree, its path relative to the root.
std::string source_text(const std::string& path);

}  // namespace moshimo
