#include "node/cli/command.hpp"
#include "node/cli/place.hpp"

#include <cstdio>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <vector>

namespace recado::cli {

namespace {

using nlohmann::json;

struct send_options {
  server_choice where;
  std::string from;
  std::vector<std::string> to;
  std::string conversation;
  std::string message_id;
  std::string priority;
  std::string text;
  bool json = false;
};

nlohmann::json message_of(const send_options& options) {
  json message{{"payload", {{"type", "text"}, {"text", options.text}}}};
  auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) message[name] = value;
  };
  add("from", options.from);
  add("conversation_id", options.conversation);
  add("message_id", options.message_id);
  add("priority", options.priority);
  if (!options.to.empty()) message["to"] = options.to;
  return message;
}

int run_send(const send_options& options) {
  if (options.to.empty() == options.conversation.empty())
    return complain("send", "name recipients with --to, or a conversation with --conversation",
                    options.json, wrong_usage);
  auto login = find_server(options.where);
  if (!login) return complain("send", login.error(), options.json);
  auto sent = client::api_client::make(*login).and_then([&](client::api_client api) {
    return api.ask_for_body(
      {.method = "POST", .target = "/v1/messages", .body = message_of(options).dump()});
  });
  if (!sent) return complain("send", sent.error(), options.json);
  auto answer = json::parse(*sent, nullptr, false);
  if (options.json || !answer.is_object()) {
    std::printf("%s\n", answer.is_object() ? answer.dump().c_str() : sent->c_str());
    return 0;
  }
  auto seq = answer.value("seq", json{});
  std::printf("message %s, %s of conversation %s\n", answer.value("message_id", "").c_str(),
              seq.is_number() ? fmt::format("number {}", seq.dump()).c_str()
                              : "stored, not yet numbered",
              answer.value("conversation_id", options.conversation).c_str());
  return 0;
}

} // namespace

void add_send(CLI::App& root, chosen_command& chosen) {
  auto& command = *root.add_subcommand("send", "send a text message");
  auto options = std::make_shared<send_options>();
  command.add_option("text", options->text)->required();
  command.add_option("--from", options->from, "user who sends; the client itself if left out");
  command.add_option("--to", options->to, "users who receive; several with commas or several --to")
    ->delimiter(',')
    ->allow_extra_args(false);
  command.add_option("--conversation", options->conversation, "instead of --to");
  command.add_option("--message-id", options->message_id, "UUID; the same one is sent once only");
  command.add_option("--priority", options->priority)
    ->check(CLI::IsMember({"express", "standard", "bulk"}));
  add_server_options(command, options->where);
  finish(command, chosen, options, run_send);
}

} // namespace recado::cli
