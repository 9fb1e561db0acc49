#include <nlohmann/json.hpp>

#include "report/json/rows.hpp"

namespace moshimo::report {

std::string checked_report(const std::vector<CheckedFile>& files, const Style& style) {
  if (style.form != Form::json) {
    std::string text;
    for (const CheckedFile& f : files) {
      if (f.mistakes.empty()) text += f.path + ": " + f.what + ", no mistakes\n";
    }
    return text;
  }
  Json json = tool(style, "validate");
  json["files"] = Json::array();
  for (const CheckedFile& f : files) {
    json["files"].push_back(
        {{"path", f.path}, {"what", f.what.empty() ? Json(nullptr) : Json(f.what)}, {"mistakes", f.mistakes}});
  }
  return printed(json);
}

}  // namespace moshimo::report
