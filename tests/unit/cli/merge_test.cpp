// Trials split over files, and put together again.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/unit/support/command.hpp"
#include "tests/unit/support/schema.hpp"

using namespace moshimo;

namespace {

namespace fs = std::filesystem;

const std::string outage = MOSHIMO_SOURCE_DIR "/tests/cases/outputs/outage.scenario.yaml";
const std::string gone = MOSHIMO_SOURCE_DIR "/tests/cases/outputs/gone.scenario.yaml";

fs::path folder() {
  fs::path path = fs::temp_directory_path() / "moshimo-merge-test";
  fs::create_directories(path);
  return path;
}

std::string shard(const std::string& scenario, const std::string& part, const std::string& seed = "1",
                  const std::string& trials = "40") {
  std::string name = part + "-" + seed + "-" + trials + "-" + std::to_string(scenario.size()) + ".json";
  name[name.find('/')] = '-';
  std::string file = (folder() / name).string();
  const Result r = command({"run", scenario.c_str(), "--trials", trials.c_str(), "--seed", seed.c_str(), "--shard",
                            part.c_str(), "-o", file.c_str()});
  REQUIRE(r.err == "");
  REQUIRE(r.status == 0);
  return file;
}

std::string refusal(std::vector<const char*> files) {
  files.insert(files.begin(), "merge");
  const Result r = command(files);
  CHECK(r.status == 2);
  CHECK(r.out == "");
  std::string said = r.err;
  for (std::size_t at = said.find(folder().string()); at != std::string::npos; at = said.find(folder().string())) {
    said.erase(at, folder().string().size() + 1);
  }
  return said;
}

std::string contents(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("merged shards print what the unsplit run prints, byte by byte, in every form", "[merge]") {
  for (const char* form : {"text", "json", "markdown"}) {
    const Result whole = command({"run", outage.c_str(), "--trials", "40", "--format", form});
    CHECK(whole.status == 0);
    CHECK_FALSE(whole.out.empty());
    const std::string a = shard(outage, "1/3"), b = shard(outage, "2/3"), c = shard(outage, "3/3");
    CHECK(command({"merge", c.c_str(), a.c_str(), b.c_str(), "--format", form}).out == whole.out);
    const std::string one = shard(outage, "1/1");
    CHECK(command({"merge", one.c_str(), "--format", form}).out == whole.out);
    CHECK(command({"run", outage.c_str(), "--trials", "40", "--threads", "2", "--format", form}).out == whole.out);
    CHECK(command({"run", outage.c_str(), "--trials", "40", "--seed", "2", "--format", form}).out != whole.out);
  }
}

TEST_CASE("trials and their shards keep to their schemas", "[merge][schema]") {
  for (const std::string& scenario : {outage, gone, std::string("state-key-mixup")}) {
    const Result r = command({"run", scenario.c_str(), "--trials", "8", "--format", "json"});
    CHECK(output_mistakes(r.out) == "");
    CHECK(output_mistakes(contents(shard(scenario, "2/4"))) == "");
  }
}

TEST_CASE("what does not belong together is not merged", "[merge]") {
  const std::string a = shard(outage, "1/3"), b = shard(outage, "2/3"), c = shard(outage, "3/3");
  CHECK(refusal({a.c_str(), c.c_str()}) ==
        "moshimo: shard 2 of 3 is missing; make it with --shard 2/3 and merge again\n");
  CHECK(refusal({a.c_str(), b.c_str(), c.c_str(), b.c_str()}) ==
        "moshimo: 2-3-1-40-" + std::to_string(outage.size()) + ".json and 2-3-1-40-" + std::to_string(outage.size()) +
            ".json are both shard 2 of 3; leave one of them out\n");
  const std::string seed = refusal({a.c_str(), b.c_str(), shard(outage, "3/3", "5").c_str()});
  CHECK(seed.find("was drawn with seed 5, and not with 1; draw all shards with one seed") != std::string::npos);
  const std::string other = refusal({a.c_str(), b.c_str(), shard(gone, "3/3").c_str()});
  CHECK(other.find("is of another scenario or inventory") != std::string::npos);
  const std::string more = refusal({a.c_str(), b.c_str(), shard(outage, "3/3", "1", "41").c_str()});
  CHECK(more.find("is one of 3 shards of 41 trials, and not one of 3 shards of 40") != std::string::npos);
}

TEST_CASE("a file that is cut or changed is refused", "[merge]") {
  const std::string text = contents(shard(outage, "1/1"));
  const std::string cut = (folder() / "cut.json").string();
  for (const double part : {0.1, 0.5, 0.9, 0.999}) {
    std::ofstream(cut, std::ios::binary) << text.substr(
        0, static_cast<std::size_t>(part * static_cast<double>(text.size())));
    INFO(part);
    CHECK(refusal({cut.c_str()}).find("cut.json") != std::string::npos);
  }
  std::string changed = text;
  changed.replace(changed.find("\"buckets\":[[") + 12, 1, "1");
  const std::size_t count = changed.find(',', changed.find("\"buckets\":[[")) + 1;
  changed.replace(count, changed.find(']', count) - count, "39");
  std::ofstream(cut, std::ios::binary) << changed;
  CHECK(refusal({cut.c_str()}).find("do not add up") != std::string::npos);
  CHECK(refusal({outage.c_str()}).find("this is no file of trials") != std::string::npos);
  CHECK(refusal({"nowhere.json"}).find("nowhere.json") != std::string::npos);
}

TEST_CASE("options of trials that make no sense are refused", "[merge]") {
  const auto said = [](std::vector<const char*> options) {
    std::vector<const char*> words = {"run", outage.c_str()};
    words.insert(words.end(), options.begin(), options.end());
    const Result r = command(words);
    CHECK(r.status == 2);
    return r.err.substr(0, r.err.find('\n'));
  };
  CHECK(said({"--trials", "10", "--shard", "4/3"}) ==
        "moshimo: --shard: '4/3' is no shard; write 1/8 for the first of eight, to 8/8");
  CHECK(said({"--trials", "10", "--shard", "0/3"}).find("is no shard") != std::string::npos);
  CHECK(said({"--trials", "10", "--shard", "1/11"}) ==
        "moshimo: --shard: 10 trials cannot be split into 11 shards; take fewer shards");
  CHECK(said({"--trials", "0"}).find("is no number from 1 to 100000000") != std::string::npos);
  CHECK(said({"--seed", "3"}).find("--trials") != std::string::npos);
}
