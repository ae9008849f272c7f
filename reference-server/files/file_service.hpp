// The file web service: SOAP 1.1 over HTTPS, by which clients upload files to rooms and download them, in chunks, each call with
// its token. Runs on the io thread; the disk's work is done by a thread of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "reference-server/files/tokens.hpp"
#include "reference-server/files/watcher.hpp"
#include "reference-server/net/http.hpp"

namespace poolcast::files {

// Where stock front ends serve it.
inline constexpr std::string_view file_service_path = "/PersistentChat/MGCWebService.asmx";

struct FileServiceSettings {
  std::filesystem::path root;         // one folder per room GUID beneath it; made with mode 0700 when it is not there
  std::int64_t max_file_kb = 20'000;  // the vendor's default; announced as it is, enforced as that many times 1,024 bytes
  std::int64_t max_request_kb =
      256;  // of one HTTP body, which is read on the io thread; a chunk, being base64, is three quarters
  // Extensions without their dot, lower case; a name with another one is refused.
  std::vector<std::string> extensions{"txt",  "pdf", "png",  "jpg", "jpeg", "gif", "zip", "doc", "docx", "xls",
                                      "xlsx", "ppt", "pptx", "csv", "log",  "rtf", "odt", "ods", "odp"};
  std::size_t waiting_jobs = 64;         // for the disk; at the limit a call is answered with 503
  std::chrono::seconds abandoned{3600};  // an upload that nobody goes on with is taken away after that
};

class FileService {
public:
  // `post` brings a function to the io thread from any thread; `now` is the wall clock.
  using Post = std::function<void(std::function<void()>)>;
  using Clock = std::function<WallTime()>;
  FileService(FileServiceSettings settings, std::shared_ptr<TokenCheck> tokens, Post post, Clock now, Watcher* watcher = nullptr);
  FileService(const FileService&) = delete;
  FileService& operator=(const FileService&) = delete;
  ~FileService();  // waits for the disk's running job; what waits is not begun

  void handle(const net::HttpRequest& request, const net::Responder& responder);
  // Takes away what abandoned uploads left; call it once at the start and then every few minutes.
  void tidy();

private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace poolcast::files
