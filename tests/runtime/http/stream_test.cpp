#include "app.hpp"

#include <boost/test/unit_test.hpp>

using namespace recado::http;
using namespace recado::http::test;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(streams)

BOOST_AUTO_TEST_CASE(a_streamed_answer_comes_in_chunks_and_ends) {
  world w;
  client c{w.port()};
  c.send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto out = w.program->stream();
  BOOST_TEST(out->send("second;"));
  BOOST_TEST(out->send(""));
  out->close();
  BOOST_TEST(!out->send("third;"));
  const auto all = c.read_to_end();
  BOOST_TEST(all.find("Transfer-Encoding: chunked\r\n") != std::string::npos);
  BOOST_TEST(all.find("6\r\nfirst;\r\n7\r\nsecond;\r\n0\r\n\r\n") != std::string::npos);
  c.close();
  BOOST_TEST(eventually([&] { return w.program->streams_closed == 1; }));
  BOOST_TEST(eventually([&] { return w.web->snapshot().connections == 0; }));
}

BOOST_AUTO_TEST_CASE(a_stream_for_http_1_0_ends_with_the_connection) {
  world w;
  client c{w.port()};
  c.send("GET /stream HTTP/1.0\r\n\r\n");
  const auto out = w.program->stream();
  out->send("second;");
  out->close();
  const auto all = c.read_to_end();
  BOOST_TEST(all.substr(all.size() - 17) == "\r\n\r\nfirst;second;");
}

BOOST_AUTO_TEST_CASE(a_stream_whose_reader_leaves_is_closed) {
  world w;
  client c{w.port()};
  c.send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto out = w.program->stream();
  c.close();
  BOOST_TEST(eventually([&] { return w.program->streams_closed == 1; }));
  BOOST_TEST(!out->send("nobody"));
  BOOST_TEST(eventually([&] { return w.web->snapshot().connections == 0; }));
}

BOOST_AUTO_TEST_CASE(a_stream_whose_reader_is_too_slow_is_closed) {
  // The queue must be full before the write is given up, so it is filled without a pause.
  world w{{.write_timeout = 3s, .stream_queue_bytes_max = 1 << 20}};
  client c{w.port(), 4096};
  c.send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto out = w.program->stream();
  const std::string part(64 * 1024, 'x');
  int sent = 0;
  while (sent < 10'000 && out->send(part))
    ++sent;
  BOOST_TEST(sent < 10'000);
  BOOST_TEST(eventually([&] { return w.web->snapshot().connections == 0; }));
  BOOST_TEST(w.program->streams_closed == 1);
  BOOST_TEST(w.web->snapshot().slow_readers == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
