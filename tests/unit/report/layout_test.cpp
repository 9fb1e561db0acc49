#include "report/layout.hpp"

#include <catch2/catch.hpp>

#include "report/page.hpp"

using namespace moshimo::report;

TEST_CASE("the width of a text counts cells: marks none, East Asian characters two") {
  CHECK(display_width("orders") == 6);
  CHECK(display_width(strong("orders")) == 6);
  CHECK(display_width("役割") == 4);
  CHECK(display_width("e\xcc\x81") == 1);  // e with a combining accent
}

TEST_CASE("a text is broken at spaces, and no line is wider than asked for") {
  const auto lines = wrap("the role that was deleted no longer exists", 16);
  CHECK(lines == std::vector<std::string>{"the role that", "was deleted no", "longer exists"});
}

TEST_CASE("a word that is too long is cut after a slash, and nowhere else") {
  CHECK(wrap("log-archive/replication/to-dr", 24) == std::vector<std::string>{"log-archive/replication/", "to-dr"});
  CHECK(wrap("a lambda.async-system-error", 12) == std::vector<std::string>{"a", "lambda.async-system-error"});
}

TEST_CASE("a URL stays whole, even where it is wider than the page") {
  const std::string url = "https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html";
  CHECK(wrap("see " + url, 30) == std::vector<std::string>{"see", url});
}

TEST_CASE("a hard space keeps a number and its unit on one line") {
  std::string text = "lost after 5";
  text += hard_space;
  text += "h in all";
  CHECK(for_terminal(wrap(text, 12)[1], false) == "5 h in all");
}

TEST_CASE("emphasis that goes over a line break is closed and opened again") {
  const auto lines = wrap(strong("one two three"), 8);
  REQUIRE(lines.size() == 2);
  CHECK(for_terminal(lines[0], true) == "\x1b[1mone two\x1b[0m");
  CHECK(for_terminal(lines[1], true) == "\x1b[1mthree\x1b[0m");
}

TEST_CASE("a name cannot write to the terminal") {
  CHECK(clean("role\x1b[31m") == "role?[31m");
  CHECK(clean("two\nlines") == "two lines");
  CHECK(for_terminal(clean("\x01 x"), true) == "? x");
}

TEST_CASE("a text that is too long is cut in the middle, so that its beginning and end can be read") {
  CHECK(cut_to("/ecs/web/subscriptions/archive", 13) == "/ecs/w…rchive");
  CHECK(cut_to("short", 13) == "short");
}

TEST_CASE("in a table that is too wide a column that may wrap gives way, and numbers stay whole") {
  TextTable table;
  table.columns = {{"events lost", true}, {"because", false, true}};
  table.rows = {{std::string("1.2") + hard_space + "million", "a permission error is not tried again by this service"}};
  const auto lines = draw_table(table, 40, "-");
  for (const std::string& line : lines) CHECK(display_width(line) <= 40);
  CHECK(for_terminal(lines[2], false).find("1.2 million  a permission error") == 0);
}

TEST_CASE("a command line is broken between options, each with its value, and can be pasted") {
  const auto lines = wrap_command("aws iam create-role --role-name orders --path / --tags 'a b'", 40);
  CHECK(lines == std::vector<std::string>{"aws iam create-role --role-name orders \\", "    --path / --tags 'a b'"});
}

TEST_CASE("what is to be filled in stays in one line") {
  CHECK(wrap_command("aws lambda get --uuid <UUID of a mapping> --query State", 30) ==
        std::vector<std::string>{"aws lambda get --uuid \\", "    <UUID of a mapping> \\", "    --query State"});
}

TEST_CASE("Markdown from outside does not act as Markdown") {
  CHECK(for_markdown("a*b_c <script>") == "a\\*b\\_c \\<script\\>");
  CHECK(for_markdown("[text](target)") == "[text\\](target)");
  CHECK(for_markdown("see [a.fact]") == "see [a.fact]");
  CHECK(for_markdown(code("a`b")) == "`a'b`");
}

TEST_CASE("a page that would be too long in Markdown has its largest sections cut, and says so") {
  Page page;
  page.title("begin");
  page.fold();
  for (const int blocks : {2, 200, 3}) {
    page.heading(std::to_string(blocks));
    for (int i = 0; i < blocks; ++i) page.paragraph(std::string(100, 'x'));
  }
  const std::string text = page.markdown(5000);
  CHECK(text.size() <= 5000);
  CHECK(text.size() > 4500);
  CHECK(text.find("# begin") == 0);
  const std::size_t cut = text.find("blocks are left out here to keep this short");
  CHECK(text.find("<summary><b>200</b>") < cut);
  CHECK(cut < text.find("<summary><b>3</b>"));
  CHECK(text.find("left out", cut + 20) == std::string::npos);
  CHECK(text.ends_with(std::string(100, 'x') + "\n\n</details>\n"));
}

TEST_CASE("sections that are folded open in Markdown, and in text nothing is hidden") {
  Page page;
  page.title("t");
  page.heading("open");
  page.paragraph("a");
  page.fold();
  page.heading("a < b");
  page.paragraph("c");
  CHECK(page.markdown() == "# t\n\n## open\n\na\n\n<details><summary><b>a &lt; b</b></summary>\n\nc\n\n</details>\n");
  Style style;
  style.ascii = true;
  CHECK(page.text(style).find("-- a < b --") != std::string::npos);
}

TEST_CASE("a table of few rows that is too wide is laid on its side") {
  TextTable table;
  table.columns = {{"way", false}, {"lost", true}, {"refused", true}, {"late", true}};
  table.rows = {{"nobody", "1,111,111,111", "0", "2,222,222,222"}, {"all", "3,333,333,333", "4", "5,555,555,555"}};
  std::vector<std::string> lines;
  for (const std::string& line : draw_table(table, 40, "-")) lines.push_back(for_terminal(line, false));
  CHECK(lines ==
        std::vector<std::string>{"way             nobody            all", "-------  -------------  -------------",
                                 "lost     1,111,111,111  3,333,333,333", "refused              0              4",
                                 "late     2,222,222,222  5,555,555,555"});
}

TEST_CASE("what stands between backticks is code, and a single one is nothing") {
  CHECK(for_markdown(prose("list it under `calls`; or `x", true)) == "list it under `calls`; or \\`x");
  CHECK(prose("list it under `calls`", false) == "list it under `calls`");
}

TEST_CASE("a page in ASCII has nothing but ASCII of its own") {
  Page page;
  page.title("a title … with → symbols");
  page.heading("heading");
  page.item("item");
  Style style;
  style.ascii = true;
  for (const char c : page.text(style)) CHECK(static_cast<unsigned char>(c) < 0x80);
}

TEST_CASE("a table that cannot fit has its rows one below the other, and its values whole") {
  const std::string million = std::string("11.2") + hard_space + "million";
  TextTable table;
  table.columns = {{"reaction", false}, {"events lost", true}, {"requests refused", true}};
  table.rows = {{"nobody acts", million, million}, {"every step", "0", "0"}};
  std::vector<std::string> lines;
  for (const std::string& line : draw_table(table, 34, "-")) lines.push_back(for_terminal(line, false));
  CHECK(lines == std::vector<std::string>{"reaction: nobody acts", "  events lost: 11.2 million",
                                          "  requests refused: 11.2 million", "", "reaction: every step",
                                          "  events lost: 0", "  requests refused: 0"});
}

TEST_CASE("a column in which nothing stands is left out") {
  TextTable table;
  table.columns = {{"what", false}, {"why", false}};
  table.rows = {{"delete", ""}, {"replace", ""}};
  CHECK(for_terminal(draw_table(table, 40, "-").front(), false) == "what");
  Page page;
  page.table(table);
  CHECK(page.markdown().find("why") == std::string::npos);
}

TEST_CASE("words and their meanings are a list in Markdown, not a table without a header") {
  TextTable table;
  table.columns = {{"", false}, {"", false, true}};
  table.rows = {{strong("down"), "does not serve"}};
  Page page;
  page.table(table);
  CHECK(page.markdown() == "- **down**: does not serve\n");
}

TEST_CASE("JSON in a command is broken outside of its strings, and stays one argument") {
  const auto lines = wrap_command(
      R"(aws s3control create-job --manifest-generator '{"S3":{"SourceBucket":"a,b","Enable":false}}' --priority 1)",
      44);
  CHECK(lines == std::vector<std::string>{"aws s3control create-job \\", "    --manifest-generator '{\"S3\":{",
                                          R"(        "SourceBucket":"a,b",)", R"(        "Enable":false}}' \)",
                                          "    --priority 1"});
}

TEST_CASE("a query in a command is broken at its spaces, and stays one argument") {
  CHECK(wrap_command("aws s3api list --bucket b --query 'Contents[?A>=`1 2` && A<=`3 4`].Key'", 36) ==
        std::vector<std::string>{"aws s3api list --bucket b \\", "    --query 'Contents[?A>=`1 2`",
                                 "        && A<=`3 4`].Key'"});
}

TEST_CASE("in ASCII a character without a likeness is written by its number") {
  CHECK(in_ascii("役 … 😀") == "\\u5f79 ... \\ud83d\\ude00");
}
