#pragma once
/// POSTs that create and carry an Idempotency-Key: the first answer is kept for 24 h, a retry gets
/// it again, and a retry that meets its own first attempt in flight waits for it.
#include "actors/service/services.hpp"
#include "gateway/rest/call.hpp"

#include <map>
#include <mutex>

namespace recado::rest {

/// The key of a request: nothing if it has none. The quotes of a structured field are optional.
std::optional<std::string> idempotency_key(const call& on);
/// The message id that a key stands for; `part` numbers the messages of one request, from 1.
std::optional<message_id> message_of_key(const call& on, std::size_t part = 0);
/// malformed_request if there is a key that cannot be one.
std::optional<problem> check_idempotency_key(const call& on);

class kept_answers {
public:
  /// An answer as it is kept, and whether it is itself that to an earlier request.
  struct stored : idempotency_service::stored_answer {
    stored(int status_code, std::string text, bool again = false)
      : stored_answer{status_code, std::move(text)},
        replayed(again) {}
    bool replayed = false;
  };
  using finish = std::function<void(result<stored>)>;
  using work = std::function<void(finish)>;

  explicit kept_answers(std::shared_ptr<idempotency_service> store) : store_(std::move(store)) {}

  /// Answers with what `what` gives, or with what it gave to an earlier request with this key.
  /// Without a key it simply runs. Answers of 2xx are kept.
  void run(const call_ptr& on, const request_hash& hash, std::vector<http::header> headers,
           work what);

private:
  struct place {
    client_id client;
    std::string route, key;
    auto operator<=>(const place&) const = default;
  };
  struct attempt {
    request_hash hash;
    std::vector<call_ptr> waiting; ///< the first of them does the work
    std::vector<http::header> headers;
  };

  bool join(const place& where, const call_ptr& on, const request_hash& hash,
            const std::vector<http::header>& headers);
  void look_up(const place& where, const request_hash& hash, work what);
  void done(const place& where, const request_hash& hash, result<stored> got);
  void settle(const place& where, const result<stored>& got, bool replayed);

  std::shared_ptr<idempotency_service> store_;
  std::mutex mutex_;
  std::map<place, attempt> attempts_;
};

} // namespace recado::rest
