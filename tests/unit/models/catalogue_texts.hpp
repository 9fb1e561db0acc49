// Catalogues from texts, for tests.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "models/catalogue.hpp"

namespace moshimo::models {

// A small world that the tests add a type to: roles, queues and streams.
inline const char* const small_world = R"(
version: 1
service: small
facts:
  f.doc: { says: It is written down., source: https://example.org/doc, confidence: documented }
groups: { principal: [iam:role, iam:user] }
types:
  iam:role: { ports: { act: { says: be it } } }
  iam:user: { ports: { act: { says: be it } } }
  sqs:queue:
    attributes:
      fifo: { yes_no: true, default: no }
      visibility: { duration: true, default: 30s, fact: f.doc }
      dead_letter: { refers_to: sqs:queue, optional: true }
    ports: { in: { says: take messages }, read: {} }
    stores: { kept: { says: "the queue {name}", holds_for: 4d, order: true, fact: f.doc } }
  kinesis:stream:
    ports: { in: {}, read: {} }
    stores: { kept: { says: "the stream {name}", holds_for: 24h, order: true, fact: f.doc } }
)";

struct Loaded {
  std::deque<input::Document> documents;
  input::Diagnostics diagnostics;
  Catalogue catalogue;

  // A line for each mistake, `file:line:column: sentence`.
  std::string mistakes() const {
    try {
      diagnostics.throw_if_errors(1000);
    } catch (const input::InputError& error) {
      return error.what();
    }
    return "";
  }
};

// The texts as the files t.yaml, t2.yaml, ...
inline Loaded load(const std::vector<std::string>& texts) {
  Loaded loaded;
  std::vector<const input::Document*> all;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::string name = i == 0 ? "t.yaml" : "t" + std::to_string(i + 1) + ".yaml";
    loaded.documents.push_back(input::Document::parse(name, texts[i], input::Format::yaml, loaded.diagnostics));
  }
  for (const input::Document& document : loaded.documents) all.push_back(&document);
  loaded.catalogue = load_catalogue(all, loaded.diagnostics);
  return loaded;
}

// A file of one service over the small world.
inline Loaded load_types(const std::string& types) {
  return load({"version: 1\nservice: test\ntypes:\n" + types, small_world});
}

}  // namespace moshimo::models
