// Requests that parsers disagree about are how requests are smuggled past a proxy; each must be
// refused and must end its connection.
#include "app.hpp"

#include <boost/test/unit_test.hpp>

using namespace recado::http;
using namespace recado::http::test;
using namespace std::string_literals;

namespace {

struct sample {
  const char* why;
  std::string bytes;
  int status = 400;
};

const std::string get = "GET /echo HTTP/1.1\r\nHost: x\r\n";
const std::string post = "POST /echo HTTP/1.1\r\nHost: x\r\n";
const std::string chunked = post + "Transfer-Encoding: chunked\r\n\r\n";

const std::vector<sample> samples{
  {"no request line", ":\r\n\r\n"},
  {"garbage", "\x16\x03\x01\x02\x00\x01\r\n\r\n"s},
  {"three empty lines first", "\r\n\r\n\r\n"},
  {"no version", "GET /echo\r\nHost: x\r\n\r\n"},
  {"two spaces", "GET  /echo HTTP/1.1\r\nHost: x\r\n\r\n"},
  {"space after the version", "GET /echo HTTP/1.1 \r\nHost: x\r\n\r\n"},
  {"a tab for a space", "GET\t/echo HTTP/1.1\r\nHost: x\r\n\r\n"},
  {"a method that is no token", "G@T /echo HTTP/1.1\r\nHost: x\r\n\r\n"},
  {"lower-case http", "GET /echo http/1.1\r\nHost: x\r\n\r\n"},
  {"HTTP/2.0", "GET /echo HTTP/2.0\r\nHost: x\r\n\r\n", 505},
  {"HTTP/1.2", "GET /echo HTTP/1.2\r\nHost: x\r\n\r\n", 505},
  {"the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
  {"HTTP/1.10", "GET /echo HTTP/1.10\r\nHost: x\r\n\r\n"},
  {"a relative target", "GET echo HTTP/1.1\r\nHost: x\r\n\r\n"},
  {"an authority as target", "CONNECT example.org:80 HTTP/1.1\r\nHost: x\r\n\r\n"},
  {"a fragment", "GET /echo#a HTTP/1.1\r\nHost: x\r\n\r\n"},
  {"a byte over 127 in the target", "GET /\xC3\xA9 HTTP/1.1\r\nHost: x\r\n\r\n"},
  {"no Host", "GET /echo HTTP/1.1\r\n\r\n"},
  {"two Hosts", get + "Host: x\r\n\r\n"},
  {"a Host with a path", "GET /echo HTTP/1.1\r\nHost: x/y\r\n\r\n"},
  {"a Host with a user", "GET /echo HTTP/1.1\r\nHost: u@x\r\n\r\n"},
  {"a bare LF in the head", "GET /echo HTTP/1.1\nHost: x\r\n\r\n"},
  {"bare LFs only", "GET /echo HTTP/1.1\nHost: x\n\n"},
  {"a bare CR", "GET /echo HTTP/1.1\r\nHost: x\rX: y\r\n\r\n"},
  {"a NUL in a value", get + "A: b\0c\r\n\r\n"s},
  {"a control character in a value", get + "A: b\x01\r\n\r\n"},
  {"a folded line", get + "A: b\r\n c\r\n\r\n"},
  {"a space before the first header", "GET /echo HTTP/1.1\r\n Host: x\r\n\r\n"},
  {"a space before the colon", get + "Content-Length : 3\r\n\r\nabc"},
  {"a header without a colon", get + "A\r\n\r\n"},
  {"a header without a name", get + ": a\r\n\r\n"},
  {"a space in a name", get + "A b: c\r\n\r\n"},
  {"both lengths", post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
  {"both lengths, the other way",
   post + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n"},
  {"two lengths that differ", post + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"},
  {"two lengths that agree", post + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc"},
  {"a list of lengths", post + "Content-Length: 3, 3\r\n\r\nabc"},
  {"a signed length", post + "Content-Length: +3\r\n\r\nabc"},
  {"a negative length", post + "Content-Length: -3\r\n\r\nabc"},
  {"a hexadecimal length", post + "Content-Length: 0x3\r\n\r\nabc"},
  {"an empty length", post + "Content-Length:\r\n\r\n"},
  {"a length with a space", post + "Content-Length: 1 2\r\n\r\n"},
  {"a length beyond 64 bits", post + "Content-Length: 99999999999999999999\r\n\r\n"},
  {"chunked twice",
   post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
  {"chunked, then identity", post + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"},
  {"gzip, chunked", post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"},
  {"an unknown coding", post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"},
  {"identity", post + "Transfer-Encoding: identity\r\n\r\n"},
  {"chunked in quotes", post + "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n"},
  {"chunked in HTTP/1.0", "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
  {"a chunk without a size", chunked + "\r\nabc\r\n0\r\n\r\n"},
  {"a chunk size that is no number", chunked + "z\r\nabc\r\n0\r\n\r\n"},
  {"a negative chunk size", chunked + "-3\r\nabc\r\n0\r\n\r\n"},
  {"a chunk size in C style", chunked + "0x3\r\nabc\r\n0\r\n\r\n"},
  {"a chunk size beyond 64 bits", chunked + "11111111111111111\r\nabc\r\n0\r\n\r\n"},
  {"a chunk longer than it says", chunked + "3\r\nabcd\r\n0\r\n\r\n"},
  {"a chunk size that ends in LF", chunked + "3\nabc\r\n0\r\n\r\n"},
  {"a chunk that ends in LF", chunked + "3\r\nabc\n0\r\n\r\n"},
  {"a broken chunk extension", chunked + "3;=\r\nabc\r\n0\r\n\r\n"},
  {"a space in a trailer's name", chunked + "0\r\nA b: c\r\n\r\n"},
};

} // namespace

BOOST_AUTO_TEST_SUITE(malformed)

BOOST_AUTO_TEST_CASE(what_is_malformed_is_refused_and_ends_the_connection) {
  world w{{.headers_timeout = std::chrono::seconds{60}}};
  for (const auto& s : samples) {
    BOOST_TEST_CONTEXT(s.why) {
      client c{w.port()};
      c.send(s.bytes);
      auto r = c.read_reply();
      BOOST_TEST(r.status == s.status);
      BOOST_TEST(r.headers["connection"] == "close");
      BOOST_TEST(r.headers["content-type"] == "application/problem+json");
      c.shutdown_send();
      BOOST_TEST(c.read_to_end().empty());
    }
  }
  BOOST_TEST(eventually([&] { return w.web->snapshot().connections == 0; }));
}

BOOST_AUTO_TEST_CASE(a_chunk_header_without_end_is_refused) {
  world w;
  client c{w.port()};
  c.send(chunked + "3;a=" + std::string(300'000, 'a'));
  BOOST_TEST(c.read_reply().status == 400);
}

BOOST_AUTO_TEST_CASE(what_is_odd_but_well_formed_is_served) {
  world w;
  for (const std::string& bytes :
       {"\r\n" + get + "\r\n", "GET http://x/echo HTTP/1.1\r\nHost: x\r\n\r\n"s,
        "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n"s, "BREW /echo HTTP/1.1\r\nHost: [::1]:80\r\n\r\n"s,
        "GET /echo HTTP/1.1\r\nHost:\r\n\r\n"s, get + "A: \t b \t\r\n\r\n",
        get + "A:b\r\nB: \xC3\xA9\r\n\r\n", get + "Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
        post + "TRANSFER-ENCODING: Chunked\r\n\r\n0\r\n\r\n"}) {
    client c{w.port()};
    BOOST_TEST_CONTEXT(bytes) {
      BOOST_TEST(c.ask(bytes).status == 200);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
