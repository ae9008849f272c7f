#include "reference-server/files/file_service.hpp"

#include <gmock/gmock.h>

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>

#include "reference-server/files/soap.hpp"
#include "reference-server/proto/text.hpp"
#include "reference-server/proto/xml.hpp"
#include "tests/reference-server/net/scratch_folder.hpp"

namespace poolcast::files {
namespace {

using testing::HasSubstr;
using tests::ScratchFolder;

const std::string room = "11111111-1111-4111-8111-111111111111";
const std::string other_room = "22222222-2222-4222-8222-222222222222";
const WallTime now{std::chrono::hours{24 * 20'000}};

// Tokens in a map; `answer_later` and `record_fails` play a slow and a lost store.
class Tokens : public TokenCheck {
public:
  void check(const std::string& token, std::function<void(Result<Grant>)> done) override {
    const auto found = grants.find(token);
    if (found == grants.end()) return done(Error{ErrorCode::not_found, "no such token"});
    done(found->second);
  }
  void bind(const std::string& token, const std::string& file, std::function<void(Result<Done>)> done) override {
    grants.at(token).file = file;
    done(Done{});
  }
  void record(const std::string& token, const FileEvent& event, std::function<void(Result<Done>)> done) override {
    if (record_fails) return done(Error{*record_fails, "not recorded"});
    events.push_back(event);
    if (event.direction == Direction::upload) grants.erase(token);
    done(Done{});
  }

  std::map<std::string, Grant> grants;
  std::vector<FileEvent> events;
  std::optional<ErrorCode> record_fails;
};

// The io thread is the test's own: it runs what the service posts until the answer is there.
class Loop {
public:
  void post(std::function<void()> function) {
    {
      const std::scoped_lock lock(mutex_);
      posted_.push_back(std::move(function));
    }
    changed_.notify_one();
  }
  template <class Condition>
  bool run_until(const Condition& condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    std::unique_lock lock(mutex_);
    while (!condition()) {
      if (!changed_.wait_until(lock, deadline, [&] { return !posted_.empty(); })) return false;
      const std::function<void()> function = std::move(posted_.front());
      posted_.pop_front();
      lock.unlock();
      function();
      lock.lock();
    }
    return true;
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> posted_;
};

using Fields = std::vector<std::pair<std::string, std::string>>;

struct Answered {
  int status = 0;
  std::string result;  // text of the result, or the number in a fault's detail
  bool is_fault = false;
};

class FileServiceTest : public testing::Test {
protected:
  FileServiceTest() {
    tokens_->grants["up"] = {"sip:ann@lab.example", room, Direction::upload, "", now + std::chrono::hours{1}};
    begin({});
  }

  void begin(FileServiceSettings settings) {
    settings.root = folder_.path() / "files";
    service_ = std::make_unique<FileService>(
        settings, tokens_, [this](std::function<void()> function) { loop_.post(std::move(function)); }, [this] { return now_; });
  }

  net::HttpResponse post(const std::string& body) {
    std::optional<net::HttpResponse> answer;
    service_->handle({.method = "POST", .path = std::string(file_service_path), .body = body},
                     net::Responder([&](net::HttpResponse response) { answer = std::move(response); }));
    EXPECT_TRUE(loop_.run_until([&] { return answer.has_value(); })) << "no answer";
    return answer.value_or(net::HttpResponse{});
  }

  Answered call(const std::string& operation, const Fields& fields) {
    std::string body = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><" + operation +
                       " xmlns=\"http://www.microsoft.com\">";
    for (const auto& [name, value] : fields) {
      body += "<" + name + ">";
      proto::append_xml_text(body, value);
      body += "</" + name + ">";
    }
    const net::HttpResponse response = post(body + "</" + operation + "></s:Body></s:Envelope>");
    const auto document = proto::parse_xml(response.body);
    if (!document) return {response.status, response.body, true};
    const proto::XmlElement& inner = document->child("Body")->children.at(0);
    if (inner.name == "Fault") return {response.status, inner.child("detail")->child("code")->text, true};
    EXPECT_EQ(inner.name, operation + "Response");
    return {response.status, inner.children.empty() ? "" : inner.children[0].text, false};
  }

  std::string name_for_upload() {
    return call("RequestUniqueFilenameWithExtension", {{"token", "up"}, {"channelId", room}, {"extension", ".txt"}}).result;
  }

  Answered append(const std::string& name, const std::string& bytes, std::size_t offset, std::size_t length) {
    return call("AppendChunk", {{"token", "up"},
                                {"channelId", room},
                                {"uniqueFilename", name},
                                {"fileChunk", proto::to_base64(bytes)},
                                {"offset", std::to_string(offset)},
                                {"fileLength", std::to_string(length)}});
  }

  std::string uploaded() {
    std::string name = name_for_upload();
    EXPECT_FALSE(append(name, "hello", 0, 10).is_fault);
    EXPECT_FALSE(append(name, "world", 5, 10).is_fault);
    tokens_->grants["down"] = {"sip:bo@lab.example", room, Direction::download, name, now + std::chrono::hours{1}};
    return name;
  }

  Answered download(const std::string& name, const std::string& offset, const std::string& size) {
    return call("DownloadChunk",
                {{"token", "down"}, {"channelId", room}, {"reposFileName", name}, {"offset", offset}, {"bufferSize", size}});
  }

  ScratchFolder folder_;
  Loop loop_;
  WallTime now_ = now;
  std::shared_ptr<Tokens> tokens_ = std::make_shared<Tokens>();
  std::unique_ptr<FileService> service_;
};

TEST_F(FileServiceTest, takes_a_file_in_chunks_and_gives_it_back_in_chunks) {
  const std::string name = uploaded();
  EXPECT_EQ(call("GetFileSize", {{"token", "down"}, {"channelId", room}, {"reposFileName", name}}).result, "10");
  EXPECT_EQ(download(name, "0", "7").result, proto::to_base64("hellowo"));
  EXPECT_EQ(download(name, "7", "7").result, proto::to_base64("rld"));
  EXPECT_EQ(download(name, "10", "7").result, "");
  EXPECT_EQ(folder_.read("files/" + room + "/" + name), "helloworld");
}

TEST_F(FileServiceTest, records_one_event_per_upload_and_per_download) {
  const std::string name = uploaded();
  (void)download(name, "9", "1");
  (void)download(name, "0", "5");
  ASSERT_EQ(tokens_->events.size(), 2U);
  EXPECT_EQ(tokens_->events[0], (FileEvent{"sip:ann@lab.example", room, Direction::upload, name, 10}));
  EXPECT_EQ(tokens_->events[1], (FileEvent{"sip:bo@lab.example", room, Direction::download, name, 10}));
}

TEST_F(FileServiceTest, announces_its_limits) {
  EXPECT_EQ(call("GetMaxFileSizeInKB", {{"token", "up"}}).result, "20000");
  EXPECT_EQ(call("GetMaxRequestContentInKB", {{"token", "up"}}).result, "256");
}

TEST_F(FileServiceTest, makes_the_names_itself_and_takes_listed_extensions_only) {
  const std::string name = name_for_upload();
  EXPECT_TRUE(name.ends_with(".txt"));
  EXPECT_EQ(name_for_upload(), name) << "asked again, the token keeps its one file";
  EXPECT_EQ(call("RequestUniqueFilenameWithExtension", {{"token", "up"}, {"extension", "pdf"}}).result, "409");
  tokens_->grants["up"].file.clear();
  for (const char* extension : {"exe", "txt/../../../etc/cron.d/x", "", "../x"})
    EXPECT_EQ(call("RequestUniqueFilenameWithExtension", {{"token", "up"}, {"extension", extension}}).result, "403") << extension;
}

TEST_F(FileServiceTest, lets_no_name_from_outside_near_the_disk) {
  (void)name_for_upload();
  (void)folder_.write("outside.txt", "secret");
  for (const char* path : {"../outside.txt", "../../outside.txt", "/etc/passwd", "incoming/../../outside.txt", ".", ""}) {
    EXPECT_EQ(append(path, "x", 0, 1).result, "403") << path;
    tokens_->grants["down"] = {"sip:bo@lab.example", room, Direction::download, path, now + std::chrono::hours{1}};
    EXPECT_EQ(download(path, "0", "100").result, "403") << "even if a token were bound to it: " << path;
  }
  EXPECT_EQ(folder_.read("outside.txt"), "secret");
}

TEST_F(FileServiceTest, gives_one_answer_to_every_token_that_does_not_fit) {
  const std::string name = uploaded();
  tokens_->grants["up"] = {"sip:ann@lab.example", room, Direction::upload, "", now + std::chrono::hours{1}};
  const auto refused = [&](const std::string& operation, const Fields& fields) {
    const Answered answer = call(operation, fields);
    return answer.is_fault && answer.status == 500 && answer.result == "403";
  };
  EXPECT_TRUE(refused("GetFileSize", {{"token", "unknown"}, {"channelId", room}, {"reposFileName", name}}));
  EXPECT_TRUE(refused("GetFileSize", {{"channelId", room}, {"reposFileName", name}})) << "no token";
  EXPECT_TRUE(refused("GetFileSize", {{"token", "up"}, {"channelId", room}, {"reposFileName", name}})) << "wrong direction";
  EXPECT_TRUE(refused("RequestUniqueFilenameWithExtension", {{"token", "down"}, {"channelId", room}, {"extension", "txt"}}));
  EXPECT_TRUE(refused("GetFileSize", {{"token", "down"}, {"channelId", other_room}, {"reposFileName", name}})) << "another room";
  EXPECT_TRUE(refused("GetFileSize", {{"token", "down"}, {"channelId", room}, {"reposFileName", "x" + name}})) << "another file";
  EXPECT_TRUE(refused("AppendChunk", {{"token", "up"}, {"channelId", room}, {"uniqueFilename", name}}))
      << "no file of its own yet";
  now_ = now + std::chrono::hours{1};
  EXPECT_TRUE(refused("GetMaxFileSizeInKB", {{"token", "down"}})) << "expired";
}

TEST_F(FileServiceTest, uses_an_upload_token_up) {
  const std::string name = uploaded();
  EXPECT_EQ(append(name, "again", 0, 5).result, "403");
  EXPECT_EQ(tokens_->events.size(), 1U);
}

TEST_F(FileServiceTest, completes_an_upload_once_although_its_last_chunk_comes_again_before_the_token_is_gone) {
  const std::string name = name_for_upload();
  const Grant grant = tokens_->grants["up"];
  EXPECT_FALSE(append(name, "hello", 0, 5).is_fault);
  tokens_->grants["up"] = grant;  // as if both had been checked before the first was recorded
  EXPECT_FALSE(append(name, "hello", 0, 5).is_fault);
  EXPECT_EQ(tokens_->events.size(), 1U);
  EXPECT_EQ(folder_.read("files/" + room + "/" + name), "hello");
}

TEST_F(FileServiceTest, keeps_a_file_whose_record_may_work_later_and_takes_others_back) {
  const std::string name = name_for_upload();
  tokens_->record_fails = ErrorCode::unavailable;
  EXPECT_EQ(append(name, "hello", 0, 5).result, "503");
  tokens_->record_fails.reset();
  EXPECT_FALSE(append(name, "hello", 0, 5).is_fault) << "the client sends its last chunk again";
  EXPECT_EQ(tokens_->events.size(), 1U);

  tokens_->grants["up"] = {"sip:ann@lab.example", room, Direction::upload, "", now + std::chrono::hours{1}};
  begin({});
  const std::string second = name_for_upload();
  tokens_->record_fails = ErrorCode::not_found;
  EXPECT_EQ(append(second, "hello", 0, 5).result, "403");
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "files" / room / second));
}

TEST_F(FileServiceTest, does_not_begin_a_download_that_it_cannot_record) {
  const std::string name = uploaded();
  tokens_->record_fails = ErrorCode::unavailable;
  const Answered answer = download(name, "0", "5");
  EXPECT_TRUE(answer.is_fault);
  EXPECT_EQ(answer.status, 503);
}

TEST_F(FileServiceTest, refuses_files_above_the_limit_before_they_are_there) {
  const std::string name = name_for_upload();
  EXPECT_EQ(append(name, "x", 0, 20'000U * 1024 + 1).result, "413");
  EXPECT_FALSE(append(name, "x", 0, 20'000U * 1024).is_fault);
}

TEST_F(FileServiceTest, hands_out_no_more_at_once_than_it_takes) {
  const std::string name = uploaded();
  EXPECT_EQ(download(name, "0", "99999999999").result, proto::to_base64("helloworld"));
  EXPECT_EQ(download(name, "0", "999999999999999999999").result, "400");
  EXPECT_EQ(download(name, "-1", "5").result, "400");
  EXPECT_EQ(download(name, "11", "5").result, "400");
}

TEST_F(FileServiceTest, answers_busy_when_too_much_waits_for_the_disk) {
  FileServiceSettings settings;
  settings.waiting_jobs = 0;
  begin(settings);
  const Answered answer = call("RequestUniqueFilenameWithExtension", {{"token", "up"}, {"extension", "txt"}});
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.result, "503");
}

TEST_F(FileServiceTest, refuses_what_is_no_call_of_its_own) {
  EXPECT_EQ(call("FormatDisk", {{"token", "up"}}).result, "404");
  EXPECT_THAT(post("not XML").body, HasSubstr("<code xmlns=\"urn:poolcast:files\">400</code>"));
  EXPECT_THAT(post("<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>").body, HasSubstr(">400<"));
  EXPECT_THAT(post("<Envelope><Body><GetFileSize/></Body></Envelope>").body, HasSubstr("This is no envelope of SOAP 1.1."));
  EXPECT_EQ(append(name_for_upload(), "x", 0, 0).result, "400");
  EXPECT_EQ(call("AppendChunk", {{"token", "up"}, {"fileChunk", "!!!"}, {"offset", "0"}, {"fileLength", "1"}}).result, "400");
  std::optional<net::HttpResponse> answer;
  service_->handle({.method = "GET", .path = "/"},
                   net::Responder([&](net::HttpResponse response) { answer = std::move(response); }));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 405);
}

class Remembers : public Watcher {
public:
  bool measures_cpu_now() override { return true; }
  double cpu_s() override { return 1; }
  void served(const Served& one) override { calls.push_back(one); }
  void used_disk(const DiskUse& one) override { disk.push_back(one); }
  std::vector<Served> calls;
  std::vector<DiskUse> disk;
};

TEST_F(FileServiceTest, tells_how_long_each_call_and_each_job_of_the_disk_took) {
  Remembers watcher;
  service_ = std::make_unique<FileService>(
      FileServiceSettings{.root = folder_.path() / "measured"}, tokens_,
      [this](std::function<void()> function) { loop_.post(std::move(function)); }, [this] { return now_; }, &watcher);
  const std::string name = name_for_upload();
  EXPECT_TRUE(append(name, "x", 5, 10).is_fault) << "chunks come in order";
  EXPECT_EQ(call("GetFileSize", {{"token", "none"}}).result, "403");
  ASSERT_TRUE(loop_.run_until([&] { return watcher.calls.size() == 3 && watcher.disk.size() == 2; }));
  EXPECT_EQ(watcher.calls[0].status, 200);
  EXPECT_EQ(watcher.calls[1].status, 500);
  for (const Served& served : watcher.calls) EXPECT_GT(served.service.count(), 0);
  EXPECT_GT(watcher.calls[0].away.count(), 0) << "at the disk";
  EXPECT_GE(watcher.calls[0].away, watcher.disk[0].worked);
  EXPECT_GE(watcher.disk[0].queue_wait.count(), 0);
  EXPECT_EQ(watcher.disk[0].cpu.count(), 0) << "measured by the clock that stands still here";
}

TEST_F(FileServiceTest, may_go_while_a_call_is_on_its_way) {
  name_for_upload();  // the token has its file
  std::optional<net::HttpResponse> answer;
  service_->handle({.method = "POST",
                    .path = "/",
                    .body = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><AppendChunk "
                            "xmlns=\"http://www.microsoft.com\"><token>up</token><fileChunk>eA==</fileChunk><offset>0</offset>"
                            "<fileLength>1</fileLength></AppendChunk></s:Body></s:Envelope>"},
                   net::Responder([&](net::HttpResponse response) { answer = std::move(response); }));
  service_.reset();
  loop_.post([] {});
  EXPECT_TRUE(loop_.run_until([&] { return answer.has_value(); })) << "nobody waits for ever";
}

}  // namespace
}  // namespace poolcast::files
