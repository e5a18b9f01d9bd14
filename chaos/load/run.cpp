#include "chaos/load/run.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <utility>

namespace recado::load {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view seq_field = "\"seq\":";

template <class Number>
bool read_after(std::string_view text, std::string_view field, Number& into) {
  auto at = text.find(field);
  if (at == std::string_view::npos) return false;
  auto from = text.substr(at + field.size());
  return std::from_chars(from.data(), from.data() + from.size(), into).ec == std::errc{};
}

} // namespace

run::run(const options& how, const stage& on, look costs)
  : how_(how),
    on_(on),
    costs_(std::move(costs)),
    requests_(how, on),
    rate_(how.phases.empty() ? how.rate : how.phases.front().rate) {
  due_.reserve(1'000'000);
}
run::~run() = default;

std::uint64_t run::us_since(clock::time_point then, clock::time_point now) {
  auto us = std::chrono::duration_cast<std::chrono::microseconds>(now - then).count();
  return us > 0 ? static_cast<std::uint64_t>(us) : 0;
}

void run::listen(const std::string& token) {
  receivers_.push_back(std::make_unique<web_socket>(
    [this](web_socket& who, std::string_view text) { on_frame(who, text); }));
  const auto& door = on_.doors[receivers_.size() % on_.doors.size()];
  receivers_.back()->start(loop_, door.host, door.port, token);
  // few at a time: a server may take some time for each upgrade
  auto end = clock::now() + 10s;
  while (receivers_.size() % 64 == 0 && !receivers_.back()->listening() && clock::now() < end)
    loop_.turn(10ms);
}

void run::connect() {
  for (unsigned i = 0; i < how_.clients; ++i) {
    callers_.push_back(std::make_unique<caller>(
      [this](caller& line, const http_answer* got) { on_answer(line, got); }));
    const auto& door = on_.doors[i % on_.doors.size()];
    loop_.connect(*callers_.back(), door.host, door.port);
    free_.push_back(callers_.back().get());
  }
  for (const auto& room : on_.rooms)
    for (const auto& token : room.reader_tokens)
      listen(token);
  for (const auto& token : on_.idle_tokens)
    listen(token);
  auto end = clock::now() + 30s;
  auto listening = [](const auto& one) { return one->listening(); };
  while (!std::all_of(receivers_.begin(), receivers_.end(), listening)) {
    if (clock::now() > end) throw std::runtime_error("not every WebSocket became ready in 30 s");
    loop_.turn(10ms);
  }
}

void run::warm_up() {
  next_arrival_ = clock::now();
  drive(next_arrival_ + std::chrono::seconds{how_.warmup_s});
}

void run::measure() {
  measured_from_ = due_.size();
  seen_.backlog_max = 0;
  auto begun = clock::now();
  measured_since_ = begun;
  auto until = begun;
  for (const auto& one : how_.phases) {
    rate_ = one.rate;
    drive(until += std::chrono::seconds{one.seconds});
  }
  if (how_.phases.empty()) drive(until + std::chrono::seconds{how_.seconds});
  seen_.measured_s = std::chrono::duration<double>(clock::now() - begun).count();
  seen_.due = due_.size() - measured_from_;
  end_seconds(clock::now());
}

void run::settle() {
  auto open = [this] {
    return settled_ < sent_ || sent_ < due_.size() || frames_ < expected_frames_;
  };
  auto came = settled_ + frames_;
  auto end = clock::now() + 10s;
  while (open() && clock::now() < end) {
    send_due(clock::time_point::min());
    loop_.turn(1ms);
    if (came == settled_ + frames_) continue;
    came = settled_ + frames_;
    end = clock::now() + 10s;
    seen_.measured_s = std::chrono::duration<double>(clock::now() - measured_since_).count();
  }
  for (const auto& one : receivers_)
    if (one->lost()) ++seen_.sockets_lost;
}

void run::drive(clock::time_point until) {
  for (auto now = clock::now(); now < until; now = clock::now()) {
    send_due(now);
    end_seconds(now);
    auto wait = 1'000us;
    if (rate_ > 0)
      wait = std::clamp(std::chrono::duration_cast<std::chrono::microseconds>(next_arrival_ - now),
                        0us, 1'000us);
    loop_.turn(wait);
  }
}

/// Whatever is due by now is due whether or not a connection is free. `now` at the minimum: nothing
/// new arrives, what waits is sent.
void run::send_due(clock::time_point now) {
  std::uint64_t each = how_.bulk > 0 ? how_.bulk : 1;
  if (rate_ > 0) {
    auto step = std::chrono::nanoseconds{1'000'000'000ull / rate_};
    for (; next_arrival_ <= now; next_arrival_ += step) {
      due_.push_back(next_arrival_);
      if (auto* in = second_of(due_.size() - 1)) ++in->due;
    }
    if (how_.patience_ms > 0) give_up(clock::now());
    while (!free_.empty() && due_.size() - sent_ >= each) {
      send_on(take_line(), sent_, each);
    }
    seen_.backlog_max = std::max<std::uint64_t>(seen_.backlog_max, due_.size() - sent_);
    return;
  }
  if (now == clock::time_point::min()) return;
  while (!free_.empty()) {
    due_.insert(due_.end(), each, clock::now());
    send_on(take_line(), sent_, each);
  }
}

/// The one used last, as a pool of connections does; but of so many that some people find none,
/// each in turn, or the server would close those that nobody uses.
caller& run::take_line() {
  auto* line = how_.patience_ms > 0 ? free_.front() : free_.back();
  if (how_.patience_ms > 0)
    free_.pop_front();
  else
    free_.pop_back();
  return *line;
}

/// People do not wait for ever for a line.
void run::give_up(clock::time_point now) {
  std::chrono::milliseconds patience{how_.patience_ms};
  for (; sent_ < due_.size() && now - due_[sent_] > patience; ++sent_, ++settled_) {
    if (!measured(sent_)) continue;
    ++seen_.given_up;
    if (auto* in = second_of(sent_)) ++in->given_up;
  }
}

void run::send_on(caller& line, std::uint64_t first, std::uint64_t count) {
  line.first = first;
  line.count = count;
  sent_ += count;
  line.send(requests_.text_of(first, count));
}

/// What became of these messages; and frames will come of those that were kept, 202 or not.
run::fate run::fate_of(const caller& line, std::uint64_t asked, const http_answer* got) {
  fate out;
  auto told = [&](std::uint64_t place, int status) {
    bool kept = status == 201 || status == 202;
    if (kept) ++(status == 201 ? out.created : out.stored);
    if (!kept || !how_.receive || how_.implicit) return;
    auto frames = requests_.room_of(line.first + place).reader_tokens.size();
    expected_frames_ += frames;
    if (measured(line.first)) seen_.expected += frames;
  };
  if (got && got->status == 207) {
    each_result(got->body, told);
  } else {
    for (std::uint64_t i = 0; got && i < asked; ++i)
      told(i, got->status);
  }
  return out;
}

void run::on_answer(caller& line, const http_answer* got) {
  auto asked = std::exchange(line.count, 0);
  settled_ += asked;
  auto became = fate_of(line, asked, got);
  if (measured(line.first) && asked > 0) count(line, asked, became, got);
  if (got) return free_.push_back(&line);
  ++seen_.callers_lost; // a closed connection is not used again
  std::erase(free_, &line);
}

void run::count(const caller& line, std::uint64_t asked, const fate& became,
                const http_answer* got) {
  auto* in = second_of(line.first);
  auto kept = became.created + became.stored;
  ++seen_.codes[got ? got->status : 0];
  seen_.accepted += became.created;
  seen_.stored += became.stored;
  if (in) in->accepted += kept;
  if (kept > 0) {
    auto us = us_since(due_at(line.first), clock::now());
    seen_.post.add(us);
    if (in) in->post.add(us);
  }
  if (got && (got->status == 429 || got->status == 503)) {
    seen_.refused += asked;
    if (got->header("Retry-After").empty()) ++seen_.without_retry_after;
    if (in) in->refused += asked;
  } else {
    seen_.failed += asked - kept;
  }
}

/// Null: nobody asked for a timeline, or the message is not of the measured part.
second* run::second_of(std::uint64_t number) {
  if (!how_.timeline || !measured(number) || due_[number] < measured_since_) return nullptr;
  auto at = static_cast<std::size_t>((due_[number] - measured_since_) / 1s);
  if (at >= seen_.seconds.size()) seen_.seconds.resize(at + 1);
  return &seen_.seconds[at];
}

void run::end_seconds(clock::time_point now) {
  if (!how_.timeline || !costs_ || measured_since_ == clock::time_point{}) return;
  auto ended = static_cast<std::size_t>((now - measured_since_) / 1s);
  if (ended <= seconds_ended_) return;
  if (ended > seen_.seconds.size()) seen_.seconds.resize(ended);
  seen_.seconds[ended - 1].costs = costs_();
  seconds_ended_ = ended;
}

void run::on_frame(web_socket& who, std::string_view text) {
  if (!text.starts_with(R"({"type":"message")")) return;
  std::int64_t seq = 0;
  if (!read_after(text, seq_field, seq)) return;
  if (who.last_seq != 0 && seq != who.last_seq + 1) ++seen_.out_of_order;
  who.last_seq = seq;
  ++frames_;
  auto number = requests::number_in(text);
  if (!number || *number >= due_.size() || !measured(*number)) return;
  ++seen_.delivered;
  seen_.end_to_end.add(us_since(due_at(*number), clock::now()));
}

} // namespace recado::load
