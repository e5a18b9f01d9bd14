#include "chaos/check/check_folder.hpp"

#include "chaos/check/verdict.hpp"
#include "chaos/report/report.hpp"

#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace recado::chaos {
namespace {

history read_history(const std::filesystem::path& folder) {
  history_builder all;
  auto report = read_records(folder, [&](record&& one) { all.add(std::move(one)); });
  all.add(read_faults(folder, report));
  auto out = all.finish();
  out.read = std::move(report);
  if (out.messages.empty())
    throw std::runtime_error("no messages in " + (folder / "clients").string());
  return out;
}

std::vector<conversation_id> conversations_of(const history& seen) {
  std::vector<conversation_id> out;
  out.reserve(seen.rooms.size());
  for (const auto& [id, readers] : seen.rooms)
    out.push_back(id);
  return out;
}

void write(const std::filesystem::path& path, const std::string& what) {
  std::ofstream file{path};
  if (!(file << what).flush()) throw std::runtime_error("cannot write " + path.string());
}

} // namespace

nlohmann::json check_folder(const std::filesystem::path& folder,
                            const std::optional<std::string>& dsn) {
  auto seen = read_history(folder);
  std::optional<database> held;
  if (dsn) held = read_database(*dsn, seen.run.client, conversations_of(seen));
  auto out = to_json(judge(seen, held ? &*held : nullptr), seen);
  write(folder / "verdict.json", out.dump(2) + '\n');
  write(folder / "report.html", html_of(out));
  write(folder / "report.md", markdown_of(out));
  return out;
}

std::string to_text(const nlohmann::json& verdict) {
  return text_of(verdict);
}

} // namespace recado::chaos
