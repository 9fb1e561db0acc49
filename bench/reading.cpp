// Reading an inventory, beside what its parser alone needs for the same text.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <sys/resource.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/parser.h>

#include "input/cursor.hpp"

namespace {

using namespace moshimo::input;

// About 250 bytes a resource.
std::string inventory(Format format, int resources) {
  const bool json = format == Format::json;
  std::string text = json ? "{\"version\": 1, \"resources\": {\n" : "version: 1\nresources:\n";
  for (int i = 0; i < resources; ++i) {
    if (json) {
      text += fmt::format(
          R"("worker-{0}": {{"type": "lambda:function", "role": "worker-role-{1}", "account": "123456789012", "memory": {2}, )"
          R"("tags": {{"team": "billing \"{3}\"", "cost-centre": "4711"}}, "environment": {{"kms_key": "app-key"}}, )"
          R"("retries": 2, "timeout": "{3}s", "tracing": true}}{4})",
          i, i % 1000, 128 + i % 7, i % 60, i + 1 == resources ? "\n" : ",\n");
    } else {
      text += fmt::format(
          "  worker-{0}:\n    type: lambda:function\n    role: worker-role-{1}\n    account: \"123456789012\"\n"
          "    memory: {2}\n    tags: {{ team: 'billing {3}', cost-centre: \"4711\" }}\n    environment:\n"
          "      kms_key: app-key\n    retries: 2\n    timeout: {3}s\n    tracing: true\n",
          i, i % 1000, 128 + i % 7, i % 60);
    }
  }
  return text + (json ? "}}" : "");
}

struct NoJson : nlohmann::json_sax<nlohmann::json> {
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(std::int64_t) override { return true; }
  bool number_unsigned(std::uint64_t) override { return true; }
  bool number_float(double, const std::string&) override { return true; }
  bool string(std::string&) override { return true; }
  bool binary(nlohmann::json::binary_t&) override { return true; }
  bool start_object(std::size_t) override { return true; }
  bool key(std::string&) override { return true; }
  bool end_object() override { return true; }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception&) override { return false; }
};

struct NoYaml : YAML::EventHandler {
  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}
};

constexpr int json_resources = 100'000;
constexpr int yaml_resources = 20'000;

double peak_megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

void read(benchmark::State& state, Format format, int resources) {
  const std::string text = inventory(format, resources);
  std::size_t values = 0;
  for (auto _ : state) {
    Diagnostics diagnostics;
    const Document document = Document::parse("inventory", text, format, diagnostics);
    diagnostics.throw_if_errors();
    values = Cursor(document, diagnostics).find("resources").size();
  }
  if (values != static_cast<std::size_t>(resources)) state.SkipWithError("resources are missing");
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
  state.counters["text_MB"] = static_cast<double>(text.size()) / 1e6;
  state.counters["peak_MB"] = peak_megabytes();
}

void read_json(benchmark::State& state) { read(state, Format::json, json_resources); }
void read_yaml(benchmark::State& state) { read(state, Format::yaml, yaml_resources); }

void json_parser_alone(benchmark::State& state) {
  const std::string text = inventory(Format::json, json_resources);
  NoJson events;
  for (auto _ : state) benchmark::DoNotOptimize(nlohmann::json::sax_parse(text, &events));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}

void yaml_parser_alone(benchmark::State& state) {
  const std::string text = inventory(Format::yaml, yaml_resources);
  NoYaml events;
  for (auto _ : state) {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(events)) {
    }
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}

BENCHMARK(read_json)->Unit(benchmark::kMillisecond);
BENCHMARK(json_parser_alone)->Unit(benchmark::kMillisecond);
BENCHMARK(read_yaml)->Unit(benchmark::kMillisecond);
BENCHMARK(yaml_parser_alone)->Unit(benchmark::kMillisecond);

}  // namespace
