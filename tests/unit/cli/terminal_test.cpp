// Colours on a terminal, and when there are none.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <pty.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace {

// What the program writes to a terminal, with these variables ("NAME=value") set.
std::string on_a_terminal(std::vector<std::string> words, const std::vector<std::string>& variables) {
  words.insert(words.begin(), MOSHIMO_BINARY_DIR "/moshimo");
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  int terminal = -1;
  const pid_t child = forkpty(&terminal, nullptr, nullptr, nullptr);
  REQUIRE(child >= 0);
  if (child == 0) {
    unsetenv("NO_COLOR");
    for (const std::string& v : variables) {
      const std::size_t sign = v.find('=');
      setenv(v.substr(0, sign).c_str(), v.substr(sign + 1).c_str(), 1);
    }
    execv(arguments.front(), arguments.data());
    _exit(127);
  }
  std::string text;
  char part[4096];
  for (ssize_t n = 0; (n = read(terminal, part, sizeof part)) > 0;) text.append(part, static_cast<std::size_t>(n));
  close(terminal);
  int status = 0;
  waitpid(child, &status, 0);
  REQUIRE(WIFEXITED(status));
  REQUIRE(WEXITSTATUS(status) == 0);
  REQUIRE(text.find("state-key-mixup/as-it-happened") != std::string::npos);
  return text;
}

bool is_coloured(const std::string& text) { return text.find('\x1b') != std::string::npos; }

}  // namespace

TEST_CASE("a terminal gets colours, unless it is dumb or somebody wants none", "[cli]") {
  CHECK(is_coloured(on_a_terminal({"list", "scenarios"}, {"TERM=xterm"})));
  CHECK_FALSE(is_coloured(on_a_terminal({"list", "scenarios"}, {"TERM=dumb"})));
  CHECK_FALSE(is_coloured(on_a_terminal({"list", "scenarios"}, {"TERM=xterm", "NO_COLOR=1"})));
  CHECK_FALSE(is_coloured(on_a_terminal({"list", "scenarios", "--no-color"}, {"TERM=xterm"})));
}

TEST_CASE("an empty NO_COLOR forbids nothing", "[cli]") {
  CHECK(is_coloured(on_a_terminal({"list", "scenarios"}, {"TERM=xterm", "NO_COLOR="})));
}
