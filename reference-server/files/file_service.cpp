#include "reference-server/files/file_service.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <deque>
#include <unordered_set>
#include <utility>

#include "reference-server/files/disk.hpp"
#include "reference-server/files/disk_thread.hpp"
#include "reference-server/files/names.hpp"
#include "reference-server/files/soap.hpp"
#include "reference-server/proto/text.hpp"

namespace poolcast::files {

namespace {

// One answer for a token that is unknown, used up, too old or for something else: nobody learns which.
Error not_allowed() { return {ErrorCode::forbidden, "This token does not allow it."}; }

// The last so many tokens; the oldest are forgotten.
class RecentTokens {
public:
  bool contains(const std::string& token) const { return known_.count(token) != 0; }
  void insert(const std::string& token) {
    constexpr std::size_t most = 4096;
    if (!known_.insert(token).second) return;
    order_.push_back(token);
    if (order_.size() <= most) return;
    known_.erase(order_.front());
    order_.pop_front();
  }

private:
  std::unordered_set<std::string> known_;
  std::deque<std::string> order_;
};

// A field that is left out counts as right: the grant says what it would have said.
bool says(const SoapCall& call, const std::string& field, const std::string& expected) {
  const auto found = call.fields.find(field);
  return found == call.fields.end() || found->second == expected;
}

bool is_for_room(const SoapCall& call, const Grant& grant) {
  const auto found = call.fields.find("channelId");
  return found == call.fields.end() || room_guid(proto::trimmed(found->second)) == grant.room;
}

std::optional<std::string> decoded(std::string base64) {
  std::erase_if(base64, [](unsigned char character) { return std::isspace(character) != 0; });
  return proto::from_base64(base64);
}

}  // namespace

class FileService::Impl : public std::enable_shared_from_this<Impl> {
public:
  Impl(FileServiceSettings settings, std::shared_ptr<TokenCheck> tokens, Post post, Clock now, Watcher* watcher)
      : settings_(std::move(settings)),
        tokens_(std::move(tokens)),
        now_(std::move(now)),
        watcher_(watcher),
        disk_(settings_.root),
        thread_(settings_.waiting_jobs, std::move(post), watcher) {}

  void handle(const net::HttpRequest& request, const net::Responder& responder) {
    if (watcher_ == nullptr) return handle(request, responder, nullptr);
    auto clock = std::make_shared<CallClock>(*watcher_);
    const net::Responder watched([clock, responder](net::HttpResponse response) {
      const int status = response.status;
      responder(std::move(response));
      clock->answered(status);
    });
    handle(request, watched, clock);
  }

  void handle(const net::HttpRequest& request, const net::Responder& respond, const std::shared_ptr<CallClock>& clock) {
    if (request.method != "POST")
      return respond({.status = 405, .body = "This is a SOAP service.\n", .headers = {{"Allow", "POST"}}});
    auto call = parse_soap(request.body, static_cast<std::size_t>(settings_.max_request_kb) * bytes_per_kb);
    if (!call) return respond(soap_fault(call.error()));
    const auto operation = std::ranges::find(operations, call->operation, &Operation::name);
    if (operation == operations.end()) return respond(soap_fault({ErrorCode::not_found, "The service has no such operation."}));
    constexpr std::size_t longest_token = 128;
    auto token = call->text("token");
    if (!token || token->size() > longest_token) return respond(soap_fault(not_allowed()));
    Asked asked{std::move(*call), *token, {}, respond, clock};
    asked.leave();
    tokens_->check(*token, [self = shared_from_this(), operation, asked = std::move(asked)](Result<Grant> grant) mutable {
      asked.back();
      if (!grant && grant.error().code != ErrorCode::not_found) return asked.respond(soap_fault(grant.error()));
      if (!grant || !self->fits(*operation, asked.call, *grant)) return asked.respond(soap_fault(not_allowed()));
      asked.grant = std::move(*grant);
      ((*self).*(operation->serve))(asked);
    });
  }

  void tidy() {
    const auto before = std::filesystem::file_time_type::clock::now() - settings_.abandoned;
    // When the disk has too much to do, next time is early enough.
    (void)thread_.submit([disk = disk_, before]() -> std::function<void()> {
      (void)disk.tidy(before);
      return [] {};
    });
  }

private:
  static constexpr std::size_t bytes_per_kb = 1024;

  // One call on its way, with all that its answer needs.
  struct Asked {
    SoapCall call;
    std::string token;
    Grant grant;
    net::Responder respond;
    std::shared_ptr<CallClock> clock;  // none: nobody watches

    void leave() const {
      if (clock) clock->leave();
    }
    void back() const {
      if (clock) clock->back();
    }
    void fail(const Error& error) const { respond(soap_fault(error)); }
    void answer(const std::optional<std::string>& result) const { respond(soap_answer(call.operation, result)); }
    FilePlace place() const { return {grant.room, grant.file}; }
  };

  struct Operation {
    std::string_view name;
    std::optional<Direction> direction;  // of the token; none: either
    const char* file_field;              // what must be the token's file
    void (Impl::*serve)(const Asked&);
  };
  static const std::array<Operation, 6> operations;

  bool fits(const Operation& operation, const SoapCall& call, const Grant& grant) const {
    if (grant.expires <= now_()) return false;
    if (operation.direction && *operation.direction != grant.direction) return false;
    if (operation.file_field != nullptr && (!is_stored_name(grant.file) || !says(call, operation.file_field, grant.file)))
      return false;
    return is_for_room(call, grant);
  }

  // Work for the disk's thread, then `done` on the io thread with what it gave.
  template <class Value, class Work, class Finish>
  void on_disk(const Asked& asked, Work work, Finish finish) {
    const std::weak_ptr<Impl> weak = weak_from_this();
    asked.leave();
    const bool taken =
        thread_.submit([weak, asked, work = std::move(work), finish = std::move(finish)]() -> std::function<void()> {
          auto value = std::make_shared<Result<Value>>(work());
          return [weak, asked, finish, value] {
            const auto self = weak.lock();
            if (!self) return;  // the service has gone, and the server with it
            asked.back();
            if (!*value) return asked.fail(value->error());
            finish(asked, **value);
          };
        });
    if (taken) return;
    asked.back();
    asked.fail({ErrorCode::unavailable, "The file service is busy; try again later."});
  }

  void max_file(const Asked& asked) { asked.answer(std::to_string(settings_.max_file_kb)); }
  void max_request(const Asked& asked) { asked.answer(std::to_string(settings_.max_request_kb)); }

  void unique_name(const Asked& asked) {
    std::optional<std::string> extension;
    // The documented field's name is not known to us: any of these.
    for (const char* field : {"extension", "fileExtension", "fileName"})
      if (const auto found = asked.call.fields.find(field); found != asked.call.fields.end())
        extension = allowed_extension(proto::trimmed(found->second), settings_.extensions);
    if (!extension) return asked.fail({ErrorCode::forbidden, "Files of this kind are not accepted."});
    // Asked again because the answer was lost: the token keeps its one file.
    if (!asked.grant.file.empty()) {
      if (!asked.grant.file.ends_with("." + *extension))
        return asked.fail({ErrorCode::conflict, "This token has a file already."});
      return begin(asked);
    }
    Asked named = asked;
    named.grant.file = new_stored_name(*extension);
    named.leave();
    tokens_->bind(asked.token, named.grant.file, [self = shared_from_this(), named](const Result<Done>& bound) {
      named.back();
      if (!bound) return named.fail(bound.error());
      self->begin(named);
    });
  }

  void begin(const Asked& asked) {
    on_disk<Done>(
        asked, [disk = disk_, file = asked.grant.file] { return disk.begin(file); },
        [](const Asked& done, Done) { done.answer(done.grant.file); });
  }

  void append(const Asked& asked) {
    auto offset = asked.call.number("offset");
    auto length = asked.call.number("fileLength");
    auto text = asked.call.text("fileChunk");
    if (!offset) return asked.fail(offset.error());
    if (!length) return asked.fail(length.error());
    if (!text) return asked.fail(text.error());
    if (*length > static_cast<std::uint64_t>(settings_.max_file_kb) * bytes_per_kb)
      return asked.fail({ErrorCode::too_large, "The file is larger than " + std::to_string(settings_.max_file_kb) + " KB."});
    auto bytes = decoded(std::move(*text));
    if (!bytes) return asked.fail({ErrorCode::malformed, "fileChunk is not base64."});
    on_disk<Appended>(
        asked,
        [disk = disk_, place = asked.place(), chunk = Chunk{*offset, *length, std::move(*bytes)}] {
          return disk.append(place, chunk);
        },
        [self = weak_from_this(), length = *length](const Asked& done, Appended appended) {
          if (appended == Appended::more_to_come) return done.answer(std::nullopt);
          if (const auto service = self.lock()) service->complete(done, length);
        });
  }

  void complete(const Asked& asked, std::uint64_t bytes) {
    if (recorded_.contains(asked.token)) return asked.answer(std::nullopt);  // its last chunk came twice
    if (!recording_.insert(asked.token).second)
      return asked.fail({ErrorCode::unavailable, "The upload is being completed; try again later."});
    const FileEvent event{asked.grant.user, asked.grant.room, Direction::upload, asked.grant.file, bytes};
    asked.leave();
    tokens_->record(asked.token, event, [self = shared_from_this(), asked](const Result<Done>& recorded) {
      asked.back();
      self->recording_.erase(asked.token);
      if (recorded) {
        self->recorded_.insert(asked.token);
        return asked.answer(std::nullopt);
      }
      const ErrorCode code = recorded.error().code;
      if (code == ErrorCode::internal || code == ErrorCode::unavailable) return asked.fail(recorded.error());
      self->on_disk<Done>(
          asked, [disk = self->disk_, place = asked.place()] { return disk.remove(place); },
          [](const Asked& done, Done) { done.fail(not_allowed()); });
    });
  }

  void file_size(const Asked& asked) {
    on_disk<std::uint64_t>(
        asked, [disk = disk_, place = asked.place()] { return disk.size(place); },
        [](const Asked& done, std::uint64_t size) { done.answer(std::to_string(size)); });
  }

  struct Piece {
    std::string bytes;
    std::uint64_t whole = 0;
  };

  void download(const Asked& asked) {
    auto offset = asked.call.number("offset");
    auto wanted = asked.call.number("bufferSize");
    if (!offset) return asked.fail(offset.error());
    if (!wanted) return asked.fail(wanted.error());
    // No answer is larger than a request may be: base64 makes four bytes of three.
    const std::uint64_t most = std::min(*wanted, static_cast<std::uint64_t>(settings_.max_request_kb) * bytes_per_kb / 4 * 3);
    on_disk<Piece>(
        asked,
        [disk = disk_, place = asked.place(), offset = *offset, most]() -> Result<Piece> {
          auto size = disk.size(place);
          if (!size) return size.error();
          auto bytes = disk.read(place, offset, most);
          if (!bytes) return bytes.error();
          return Piece{std::move(*bytes), *size};
        },
        [self = weak_from_this()](const Asked& done, const Piece& piece) {
          if (const auto service = self.lock()) service->hand_out(done, piece);
        });
  }

  // A download is recorded before its first byte goes out, wherever the client begins.
  void hand_out(const Asked& asked, const Piece& piece) {
    if (recorded_.contains(asked.token)) return asked.answer(proto::to_base64(piece.bytes));
    const FileEvent event{asked.grant.user, asked.grant.room, Direction::download, asked.grant.file, piece.whole};
    asked.leave();
    tokens_->record(asked.token, event, [self = shared_from_this(), asked, piece](const Result<Done>& recorded) {
      asked.back();
      if (!recorded) return asked.fail(recorded.error());
      self->recorded_.insert(asked.token);
      asked.answer(proto::to_base64(piece.bytes));
    });
  }

  FileServiceSettings settings_;
  std::shared_ptr<TokenCheck> tokens_;
  Clock now_;
  Watcher* watcher_;
  FileDisk disk_;
  RecentTokens recorded_;
  std::unordered_set<std::string> recording_;  // uploads whose record is under way: as many as there are connections
  DiskThread thread_;                          // last: its work uses the others
};

const std::array<FileService::Impl::Operation, 6> FileService::Impl::operations{
    Operation{"RequestUniqueFilenameWithExtension", Direction::upload, nullptr, &Impl::unique_name},
    Operation{"GetMaxFileSizeInKB", std::nullopt, nullptr, &Impl::max_file},
    Operation{"GetMaxRequestContentInKB", std::nullopt, nullptr, &Impl::max_request},
    Operation{"AppendChunk", Direction::upload, "uniqueFilename", &Impl::append},
    Operation{"GetFileSize", Direction::download, "reposFileName", &Impl::file_size},
    Operation{"DownloadChunk", Direction::download, "reposFileName", &Impl::download}};

FileService::FileService(FileServiceSettings settings, std::shared_ptr<TokenCheck> tokens, Post post, Clock now, Watcher* watcher)
    : impl_(std::make_shared<Impl>(std::move(settings), std::move(tokens), std::move(post), std::move(now), watcher)) {}

FileService::~FileService() = default;

void FileService::handle(const net::HttpRequest& request, const net::Responder& responder) { impl_->handle(request, responder); }

void FileService::tidy() { impl_->tidy(); }

}  // namespace poolcast::files
