#include "schemas/digest.hpp"

#include <memory>
#include <openssl/evp.h>
#include <stdexcept>

namespace recado {
namespace {

class digester {
public:
  explicit digester(const char* name) : kind_(EVP_MD_fetch(nullptr, name, nullptr), &EVP_MD_free) {
    if (!kind_ || !with_) throw std::runtime_error(std::string{"OpenSSL has no "} + name);
  }

  std::string of(std::string_view bytes) {
    std::string out(static_cast<std::size_t>(EVP_MD_get_size(kind_.get())), '\0');
    auto* to = reinterpret_cast<unsigned char*>(out.data());
    if (EVP_DigestInit_ex2(with_.get(), kind_.get(), nullptr) != 1 ||
        EVP_DigestUpdate(with_.get(), bytes.data(), bytes.size()) != 1 ||
        EVP_DigestFinal_ex(with_.get(), to, nullptr) != 1)
      throw std::runtime_error("OpenSSL cannot make a digest");
    return out;
  }

private:
  std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> kind_;
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> with_{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
};

} // namespace

std::string sha1(std::string_view bytes) {
  thread_local digester with{"SHA1"};
  return with.of(bytes);
}

std::string sha256(std::string_view bytes) {
  thread_local digester with{"SHA256"};
  return with.of(bytes);
}

} // namespace recado
