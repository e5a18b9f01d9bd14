#include "node/cli/command.hpp"
#include "node/cli/place.hpp"
#include "node/client/follower.hpp"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>

namespace recado::cli {

namespace {

using nlohmann::json;

struct tail_options {
  server_choice where;
  std::string conversation;
  std::optional<std::int64_t> since;
  std::int64_t lines = 10;
  bool json = false;
};

/// Messages are written by others: nothing in them may steer the terminal.
std::string harmless(std::string text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    auto byte = static_cast<unsigned char>(text[at]);
    // U+0080 to U+009F are controls too; in UTF-8 they begin with C2.
    bool c1 =
      byte == 0xC2 && at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) < 0xA0;
    if (c1) text[at + 1] = '?';
    if (c1 || (byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7F) text[at] = '?';
  }
  return text;
}

void print_for_people(std::int64_t seq, const std::string& message) {
  auto parsed = json::parse(message, nullptr, false);
  auto from = parsed["from"].is_string() ? parsed["from"].get<std::string>() : "(client)";
  const auto& payload = parsed["payload"];
  auto type = payload.is_object() ? payload.value("type", "") : "";
  auto text = type == "text" ? payload.value("text", "") : "[" + type + "]";
  std::printf("%5lld  %s  %s: %s\n", static_cast<long long>(seq),
              parsed.value("created_at", "").c_str(), harmless(from).c_str(),
              harmless(text).c_str());
  std::fflush(stdout);
}

void print_for_programs(std::int64_t, const std::string& message) {
  std::printf("%s\n", message.c_str());
  std::fflush(stdout);
}

void note(const std::string& sentence) {
  std::fprintf(stderr, "-- %s\n", sentence.c_str());
}

int run_tail(const tail_options& options) {
  auto login = find_server(options.where);
  if (!login) return complain("tail", login.error(), options.json);
  auto api = client::api_client::make(*login);
  if (!api) return complain("tail", api.error(), options.json);
  auto newest = client::last_seq_of(*api, options.conversation);
  if (!newest) return complain("tail", newest.error(), options.json);
  auto since = options.since.value_or(std::max<std::int64_t>(0, *newest - options.lines));
  client::follower following{std::move(*api), options.conversation, since,
                             options.json ? print_for_programs : print_for_people, note};
  return complain("tail", following.run(), options.json);
}

} // namespace

void add_tail(CLI::App& root, chosen_command& chosen) {
  auto& command = *root.add_subcommand("tail", "follow a conversation live, until Ctrl-C");
  auto options = std::make_shared<tail_options>();
  command.add_option("--conversation", options->conversation)->required();
  command.add_option("--since", options->since, "begin after this number");
  command.add_option("-n,--lines", options->lines, "begin with the last so many messages")
    ->capture_default_str();
  add_server_options(command, options->where);
  finish(command, chosen, options, run_tail);
}

} // namespace recado::cli
