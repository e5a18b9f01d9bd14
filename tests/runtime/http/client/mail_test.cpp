#include "client_world.hpp"

#include <map>
#include <random>

namespace recado::http::client_test {

/// A mail server in a few lines: answers each command with what the table says, or 250.
struct smtp {
  std::map<std::string, std::string> replies; ///< verb → reply
  std::string greeting = "220 here\r\n";
  std::string extensions = "250-here\r\n250-8BITMIME\r\n250 SIZE 1000000\r\n";
  std::string at_end = "250 2.0.0 queued as 7\r\n";
  std::function<void(raw_connection&)> after_data = {}; ///< instead of at_end
  std::vector<std::string> commands;
  std::string content;

  void serve(raw_connection& c) {
    c.say(greeting);
    for (auto line = c.line(); !line.empty(); line = c.line()) {
      commands.push_back(line);
      auto verb = line.substr(0, line.find_first_of(" :"));
      auto special = replies.find(verb);
      if (special != replies.end()) {
        c.say(special->second);
        if (!special->second.starts_with("354")) continue;
      } else if (verb == "EHLO") {
        c.say(extensions);
        continue;
      } else if (verb == "DATA") {
        c.say("354 go on\r\n");
      } else if (verb == "AUTH") {
        c.say("334 \r\n");
        c.line();
        c.say("235 2.7.0 welcome\r\n");
        continue;
      } else {
        c.say("250 2.0.0 ok\r\n");
        continue;
      }
      content = c.until("\r\n.\r\n");
      if (after_data) return after_data(c);
      c.say(at_end);
    }
  }
};

outgoing_mail mail_to(const raw_server& server) {
  outgoing_mail out;
  out.host = "127.0.0.1";
  out.port = server.port();
  out.security = mail_security::none;
  out.ehlo = "client.example";
  out.sender = "bar@example.org";
  out.recipient = "ana@example.com";
  out.content = "Subject: x\r\n\r\nbody\r\n";
  out.timeout = std::chrono::milliseconds{20'000};
  return out;
}

mail_outcome against(smtp& server, const std::function<void(outgoing_mail&)>& change = {}) {
  raw_server raw{[&](raw_connection& c, int) { server.serve(c); }};
  client_world w;
  auto mail = mail_to(raw);
  if (change) change(mail);
  return w.call(mail);
}

BOOST_AUTO_TEST_SUITE(mails)

BOOST_AUTO_TEST_CASE(a_mail_is_handed_over_command_by_command) {
  smtp server;
  auto reply = must<mail_reply>(against(server));
  BOOST_TEST(reply.accepted);
  BOOST_TEST(reply.code == 250);
  BOOST_TEST(reply.enhanced == "2.0.0");
  BOOST_TEST(reply.text == "queued as 7");
  BOOST_REQUIRE(server.commands.size() >= 4);
  BOOST_TEST(server.commands[0] == "EHLO client.example");
  BOOST_TEST(server.commands[1].starts_with("MAIL FROM:<bar@example.org>"));
  BOOST_TEST(server.commands[2] == "RCPT TO:<ana@example.com>");
  BOOST_TEST(server.commands[3] == "DATA");
  BOOST_TEST(server.content == "Subject: x\r\n\r\nbody\r\n.\r\n");
}

BOOST_AUTO_TEST_CASE(without_tls_and_credentials_neither_starttls_nor_auth_is_sent) {
  smtp server;
  server.extensions = "250-here\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN\r\n";
  BOOST_TEST(must<mail_reply>(against(server)).accepted);
  for (const auto& command : server.commands) {
    BOOST_TEST(!command.starts_with("STARTTLS"));
    BOOST_TEST(!command.starts_with("AUTH"));
  }
}

BOOST_AUTO_TEST_CASE(lines_that_begin_with_dots_arrive_as_they_were) {
  smtp server;
  auto content = std::string{"Subject: x\r\n\r\n.\r\n..\r\n.a\r\nb.\r\n.\r\n"};
  must<mail_reply>(against(server, [&](outgoing_mail& mail) { mail.content = content; }));
  BOOST_TEST(server.content == "Subject: x\r\n\r\n..\r\n...\r\n..a\r\nb.\r\n..\r\n.\r\n");
  server.content.clear();
  must<mail_reply>(against(server, [&](outgoing_mail& mail) { mail.content = ".first\r\n"; }));
  BOOST_TEST(server.content == "..first\r\n.\r\n");
}

BOOST_AUTO_TEST_CASE(a_dot_is_stuffed_wherever_the_buffers_end) {
  smtp server;
  std::string content = "Subject: x\r\n\r\n", expected = content;
  std::mt19937 random{7};
  while (content.size() < 200'000) {
    auto length = random() % 40;
    auto line = std::string(random() % 3, '.') + std::string(length, 'x') + "\r\n";
    content += line;
    expected += (line.front() == '.' ? "." : "") + line;
  }
  server.extensions = "250 here\r\n";
  must<mail_reply>(against(server, [&](outgoing_mail& mail) { mail.content = content; }));
  BOOST_TEST((server.content == expected + ".\r\n"));
}

BOOST_AUTO_TEST_CASE(every_refusal_names_its_step_and_code) {
  struct row {
    const char* verb;
    const char* reply;
    mail_step at;
    int code;
    const char* enhanced;
  };
  const row table[] = {
    {"MAIL", "451 4.3.0 not now\r\n", mail_step::sender, 451, "4.3.0"},
    {"MAIL", "550 no\r\n", mail_step::sender, 550, ""},
    {"RCPT", "450 4.2.0 greylisted\r\n", mail_step::recipient, 450, "4.2.0"},
    {"RCPT", "550-5.1.1 no such\r\n550 5.1.1 user here\r\n", mail_step::recipient, 550, "5.1.1"},
    {"RCPT", "421 closing\r\n", mail_step::recipient, 421, ""},
    {"DATA", "451 later\r\n", mail_step::data, 451, ""},
    {"DATA", "554 5.5.1 no\r\n", mail_step::data, 554, "5.5.1"},
  };
  for (const auto& each : table) {
    smtp server;
    server.replies[each.verb] = each.reply;
    auto reply = must<mail_reply>(against(server));
    BOOST_TEST_CONTEXT(each.verb << " " << each.reply) {
      BOOST_TEST(!reply.accepted);
      BOOST_TEST((reply.at == each.at));
      BOOST_TEST(reply.code == each.code);
      BOOST_TEST(reply.enhanced == each.enhanced);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_refused_greeting_or_ehlo_is_a_refusal_too) {
  smtp server;
  server.greeting = "554 not you\r\n";
  auto reply = must<mail_reply>(against(server));
  BOOST_TEST((reply.at == mail_step::connect));
  BOOST_TEST(reply.code == 554);
  server.greeting = "421 4.3.2 too busy\r\n";
  BOOST_TEST(must<mail_reply>(against(server)).code == 421);
}

BOOST_AUTO_TEST_CASE(the_reply_to_the_whole_message_decides) {
  for (const auto* text : {"451 4.3.0 disk full\r\n", "550 5.7.1 spam\r\n", "421 closing\r\n"}) {
    smtp server;
    server.at_end = text;
    auto reply = must<mail_reply>(against(server));
    BOOST_TEST(!reply.accepted);
    BOOST_TEST((reply.at == mail_step::content));
    BOOST_TEST(reply.code == std::stoi(text));
  }
}

BOOST_AUTO_TEST_CASE(an_end_after_the_message_was_handed_over_is_unknown) {
  for (int how = 0; how < 3; ++how) {
    smtp server;
    server.after_data = [how](raw_connection& c) {
      if (how == 0) return c.close();
      if (how == 1) return c.reset();
      c.wait_for_end();
    };
    auto why = must<transfer_failure>(against(server, [how](outgoing_mail& mail) {
      if (how == 2) mail.timeout = std::chrono::milliseconds{500};
    }));
    BOOST_TEST_CONTEXT(how << " " << why.detail) BOOST_TEST(why.maybe_taken);
  }
}

BOOST_AUTO_TEST_CASE(an_end_before_the_message_was_handed_over_is_no_doubt) {
  for (const auto* verb : {"EHLO", "MAIL", "RCPT", "DATA"}) {
    raw_server raw{[&](raw_connection& c, int) {
      c.say("220 here\r\n");
      for (auto line = c.line(); !line.empty() && !line.starts_with(verb); line = c.line())
        c.say("250 ok\r\n");
      c.reset();
    }};
    client_world w;
    auto why = must<transfer_failure>(w.call(mail_to(raw)));
    BOOST_TEST_CONTEXT(verb << " " << why.detail) {
      BOOST_TEST(!why.maybe_taken);
      BOOST_TEST((why.what == transfer_error::broken));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_reset_within_a_long_message_is_no_doubt) {
  raw_server raw{[&](raw_connection& c, int) {
    c.say("220 here\r\n");
    for (auto line = c.line(); line != "DATA"; line = c.line())
      c.say("250 ok\r\n");
    c.say("354 go on\r\n");
    c.bytes(1'000);
    c.reset();
  }};
  client_world w;
  auto mail = mail_to(raw);
  mail.content = "Subject: x\r\n\r\n";
  while (mail.content.size() < (32u << 20))
    mail.content += std::string(70, 'x') + "\r\n";
  auto why = must<transfer_failure>(w.call(mail));
  BOOST_TEST(!why.maybe_taken);
}

BOOST_AUTO_TEST_CASE(a_silent_server_is_left_after_the_time_out) {
  raw_server raw{[&](raw_connection& c, int) { c.wait_for_end(); }};
  client_world w;
  auto mail = mail_to(raw);
  mail.timeout = std::chrono::milliseconds{300};
  auto why = must<transfer_failure>(w.call(mail));
  BOOST_TEST((why.what == transfer_error::timed_out));
  BOOST_TEST(!why.maybe_taken);
}

BOOST_AUTO_TEST_CASE(the_last_reply_may_take_longer_than_the_others) {
  smtp server;
  server.after_data = [](raw_connection& c) {
    std::this_thread::sleep_for(std::chrono::milliseconds{2'500}); // a scanner at work
    c.say("250 2.0.0 ok\r\n");
  };
  auto slow_step = [](outgoing_mail& mail) {
    mail.step_timeout = std::chrono::milliseconds{1'000};
  };
  BOOST_TEST(must<mail_reply>(against(server, slow_step)).accepted);
}

BOOST_AUTO_TEST_CASE(a_step_without_a_reply_is_left) {
  raw_server raw{[&](raw_connection& c, int) {
    c.say("220 here\r\n");
    for (auto line = c.line(); !line.starts_with("RCPT"); line = c.line())
      c.say("250 ok\r\n");
    c.wait_for_end();
  }};
  client_world w;
  auto mail = mail_to(raw);
  mail.step_timeout = std::chrono::milliseconds{1'000};
  auto why = must<transfer_failure>(w.call(mail));
  BOOST_TEST((why.what == transfer_error::timed_out), why.detail);
  BOOST_TEST(!why.maybe_taken);
}

BOOST_AUTO_TEST_CASE(starttls_is_required_when_it_is_asked_for) {
  smtp server;
  auto why = must<transfer_failure>(
    against(server, [](outgoing_mail& mail) { mail.security = mail_security::starttls; }));
  BOOST_TEST((why.what == transfer_error::tls));
  for (const auto& command : server.commands)
    BOOST_TEST(!command.starts_with("MAIL"));
}

BOOST_AUTO_TEST_CASE(refused_credentials_are_a_refusal_at_auth) {
  smtp server;
  server.extensions = "250-here\r\n250 AUTH PLAIN LOGIN\r\n";
  server.replies["AUTH"] = "535 5.7.8 wrong\r\n";
  auto with_login = [](outgoing_mail& mail) { mail.username = mail.password = "MAIL"; };
  auto reply = must<mail_reply>(against(server, with_login));
  BOOST_TEST((reply.at == mail_step::auth));
  BOOST_TEST(reply.code == 535);
  server.replies.clear();
  BOOST_TEST(must<mail_reply>(against(server, with_login)).accepted);
}

BOOST_AUTO_TEST_CASE(a_server_without_auth_gets_no_mail_of_an_account_with_credentials) {
  smtp server;
  auto reply = must<mail_reply>(
    against(server, [](outgoing_mail& mail) { mail.username = mail.password = "u"; }));
  BOOST_TEST((reply.at == mail_step::auth));
  BOOST_TEST(reply.code == 504);
  BOOST_TEST(server.content.find("body") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(nothing_but_an_address_goes_into_the_envelope) {
  smtp server;
  for (const auto* wrong : {"ana@example.com>\r\nRCPT TO:<x@y.z", "ana@example.com\r\nDATA", "ana",
                            "a b@c.d", "ana@example.com> NOTIFY=NEVER"}) {
    auto why =
      must<transfer_failure>(against(server, [&](outgoing_mail& mail) { mail.recipient = wrong; }));
    BOOST_TEST((why.what == transfer_error::bad_request), wrong);
    why =
      must<transfer_failure>(against(server, [&](outgoing_mail& mail) { mail.sender = wrong; }));
    BOOST_TEST((why.what == transfer_error::bad_request), wrong);
  }
  for (const auto* host : {"", "127.0.0.1/x", "a@b", "x y", "127.0.0.1:25"})
    BOOST_TEST(
      (must<transfer_failure>(against(server, [&](outgoing_mail& mail) { mail.host = host; }))
         .what == transfer_error::bad_request),
      host);
  BOOST_TEST(server.commands.empty());
}

BOOST_AUTO_TEST_CASE(a_check_says_only_noop) {
  smtp server;
  auto reply = must<mail_reply>(against(server, [](outgoing_mail& mail) { mail.recipient = ""; }));
  BOOST_TEST(reply.accepted);
  BOOST_REQUIRE(server.commands.size() >= 2);
  BOOST_TEST(server.commands[1] == "NOOP");
}

BOOST_AUTO_TEST_CASE(a_private_mail_server_is_refused) {
  smtp server;
  raw_server raw{[&](raw_connection& c, int) { server.serve(c); }};
  client_world w{client_config{}};
  BOOST_TEST(
    (must<transfer_failure>(w.call(mail_to(raw))).what == transfer_error::refused_address));
  BOOST_TEST(raw.connections() == 0);
}

BOOST_AUTO_TEST_CASE(plain_connections_are_not_kept) {
  smtp server;
  raw_server raw{[&](raw_connection& c, int) { server.serve(c); }};
  client_world w;
  BOOST_TEST(must<mail_reply>(w.call(mail_to(raw))).accepted);
  BOOST_TEST(must<mail_reply>(w.call(mail_to(raw))).accepted);
  BOOST_TEST(raw.connections() == 2);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace recado::http::client_test
