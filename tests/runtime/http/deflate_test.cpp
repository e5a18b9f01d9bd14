// permessage-deflate, with Beast's own client at the other end.
#include "app.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <boost/test/unit_test.hpp>

using namespace recado::http;
using namespace recado::http::test;
namespace net = boost::asio;
namespace beast = boost::beast;
namespace ws = beast::websocket;
using tcp = net::ip::tcp;

namespace {

struct compressing_client {
  explicit compressing_client(std::uint16_t port) {
    ws::permessage_deflate option;
    option.client_enable = true;
    stream.set_option(option);
    stream.next_layer().connect({net::ip::address_v4::loopback(), port});
    stream.handshake(answer, "localhost", "/ws");
    extensions = std::string{answer[beast::http::field::sec_websocket_extensions]};
  }
  std::string ask(const std::string& text) {
    stream.text(true);
    stream.write(net::buffer(text));
    beast::flat_buffer in;
    stream.read(in);
    return beast::buffers_to_string(in.data());
  }

  net::io_context io;
  ws::response_type answer;
  ws::stream<tcp::socket, true> stream{io};
  std::string extensions;
};

} // namespace

BOOST_AUTO_TEST_SUITE(deflate)

BOOST_AUTO_TEST_CASE(compression_is_negotiated_without_takeover) {
  world w;
  compressing_client c{w.port()};
  BOOST_TEST(c.extensions.find("permessage-deflate") == 0U);
  BOOST_TEST(c.extensions.find("server_no_context_takeover") != std::string::npos);
  BOOST_TEST(c.extensions.find("client_no_context_takeover") != std::string::npos);
  for (const std::size_t size : {0, 1, 100, 511, 512, 513, 5000, 100'000, 1 << 20}) {
    std::string text;
    for (std::size_t i = 0; text.size() < size; ++i)
      text += "word " + std::to_string(i * 7919) + " ";
    text.resize(size);
    BOOST_TEST((c.ask(text) == text));
  }
}

BOOST_AUTO_TEST_CASE(a_short_text_is_sent_as_it_is_and_a_long_one_compressed) {
  world w;
  ws_client c{w.port(), "/quiet", "Sec-WebSocket-Extensions: permessage-deflate\r\n"};
  const auto peer = w.program->peer();
  peer->send(std::string(511, 'a'));
  BOOST_TEST(c.read().payload == std::string(511, 'a'));
  peer->send(std::string(512, 'a'));
  BOOST_TEST(c.read().payload.size() < 100U);
}

BOOST_AUTO_TEST_CASE(a_burst_of_short_and_long_texts_keeps_its_order) {
  world w;
  compressing_client c{w.port()};
  const auto peer = w.program->peer();
  const auto nth = [](std::size_t i) {
    return std::to_string(i) + std::string(i % 3 == 0 ? 3000 : 20, static_cast<char>('a' + i % 26));
  };
  for (std::size_t i = 0; i < 1000; ++i)
    BOOST_TEST(peer->send(nth(i)));
  for (std::size_t i = 0; i < 1000; ++i) {
    beast::flat_buffer in;
    c.stream.read(in);
    BOOST_TEST(beast::buffers_to_string(in.data()) == nth(i));
  }
}

BOOST_AUTO_TEST_CASE(a_bomb_is_closed_at_the_limit_of_a_message) {
  world w;
  compressing_client c{w.port()};
  c.stream.text(true);
  beast::error_code ec;
  c.stream.write(net::buffer(std::string(32 << 20, 'a')), ec);
  beast::flat_buffer in;
  c.stream.read(in, ec);
  BOOST_TEST(ec.failed());
  BOOST_TEST(eventually([&] { return w.program->close_code == 1009; }));
}

BOOST_AUTO_TEST_CASE(compression_can_be_off) {
  world w{{.ws_compression = false}};
  compressing_client c{w.port()};
  BOOST_TEST(c.extensions.empty());
  BOOST_TEST(c.ask("plain") == "plain");
}

BOOST_AUTO_TEST_SUITE_END()
