// Build tool: reads the files of the catalogue and writes them, packed, into one C++ source.
//
//   moshimo_embed OUT.cpp FILE...
#include <algorithm>
#include <exception>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "models/catalogue_tree.hpp"

namespace {

void write(std::ostream& out, const std::string& bytes) {
  out << "#include <string_view>\n\nnamespace moshimo::models {\n\nnamespace {\n\n"
         "constexpr unsigned char bytes[] = {";
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i % 32 == 0) out << '\n';
    out << static_cast<unsigned>(static_cast<unsigned char>(bytes[i])) << ',';
  }
  out << "\n};\n\n}  // namespace\n\nstd::string_view embedded_models();\n\nstd::string_view embedded_models() {\n"
         "  return {reinterpret_cast<const char*>(bytes), sizeof(bytes)};\n}\n\n}  // namespace moshimo::models\n";
}

}  // namespace

int main(int argc, char** argv) {
  using namespace moshimo;
  if (argc < 3) {
    std::cerr << "usage: moshimo_embed OUT.cpp FILE...\n";
    return 2;
  }
  try {
    std::vector<std::string> files(argv + 2, argv + argc);
    std::sort(files.begin(), files.end());
    input::Diagnostics diagnostics;
    std::vector<input::Document> documents;
    for (const std::string& file : files) documents.push_back(input::read_document(file, diagnostics));
    diagnostics.throw_if_errors();
    std::vector<const input::Document*> all;
    for (const input::Document& document : documents) all.push_back(&document);
    models::CatalogueTrees trees;
    models::read_trees(all, trees, diagnostics);
    diagnostics.throw_if_errors();
    std::ofstream out(argv[1], std::ios::binary | std::ios::trunc);
    write(out, models::pack(trees));
    out.close();
    if (!out) {
      std::cerr << "cannot write " << argv[1] << "\n";
      return 1;
    }
  } catch (const std::exception& problem) {
    std::cerr << problem.what() << "\n";
    return 1;
  }
}
