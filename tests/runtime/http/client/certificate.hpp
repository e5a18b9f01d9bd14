#pragma once
/// A fresh self-signed certificate, in a folder of its own.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sstream>
#include <string>
#include <unistd.h>

namespace recado::http::client_test {

/// `names` as in subjectAltName: "DNS:localhost,IP:127.0.0.1".
class certificate {
public:
  explicit certificate(const std::string& names) {
    std::string pattern = "/tmp/recado-cert-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key{EVP_EC_gen("P-256"), &EVP_PKEY_free};
    std::unique_ptr<X509, decltype(&X509_free)> cert{X509_new(), &X509_free};
    X509_set_version(cert.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(cert.get()), static_cast<long>(::getpid()));
    X509_gmtime_adj(X509_getm_notBefore(cert.get()), -3'600);
    X509_gmtime_adj(X509_getm_notAfter(cert.get()), 3'600);
    X509_set_pubkey(cert.get(), key.get());
    auto* subject = X509_get_subject_name(cert.get());
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("recado test"), -1, -1, 0);
    X509_set_issuer_name(cert.get(), subject);
    extend(cert.get(), NID_subject_alt_name, names);
    extend(cert.get(), NID_basic_constraints, "CA:TRUE");
    X509_sign(cert.get(), key.get(), EVP_sha256());
    write(key_file(), [&](FILE* f) {
      PEM_write_PrivateKey(f, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
    write(file(), [&](FILE* f) { PEM_write_X509(f, cert.get()); });
  }
  ~certificate() { std::filesystem::remove_all(folder_); }
  certificate(const certificate&) = delete;
  certificate& operator=(const certificate&) = delete;

  std::string file() const { return folder_ + "/cert.pem"; }
  std::string key_file() const { return folder_ + "/key.pem"; }
  std::string pem() const {
    std::ostringstream out;
    out << std::ifstream{file()}.rdbuf();
    return out.str();
  }

private:
  static void extend(X509* cert, int what, const std::string& value) {
    auto* extension = X509V3_EXT_conf_nid(nullptr, nullptr, what, value.c_str());
    X509_add_ext(cert, extension, -1);
    X509_EXTENSION_free(extension);
  }
  template <class F>
  static void write(const std::string& path, F&& with) {
    FILE* f = std::fopen(path.c_str(), "w");
    with(f);
    std::fclose(f);
  }
  std::string folder_;
};

} // namespace recado::http::client_test
