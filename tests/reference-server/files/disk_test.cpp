#include "reference-server/files/disk.hpp"

#include <gmock/gmock.h>

#include <optional>

#include "reference-server/files/names.hpp"
#include "tests/reference-server/net/scratch_folder.hpp"

namespace poolcast::files {
namespace {

using testing::HasSubstr;
using tests::ScratchFolder;

const std::string room = "11111111-1111-4111-8111-111111111111";

class Disk : public testing::Test {
protected:
  std::optional<ErrorCode> code(const Result<Appended>& result) {
    return result ? std::nullopt : std::optional(result.error().code);
  }
  std::filesystem::path in_room() const { return folder_.path() / "files" / room / place_.file; }
  std::filesystem::path in_incoming() const { return folder_.path() / "files" / "incoming" / place_.file; }

  ScratchFolder folder_;
  FileDisk disk_{folder_.path() / "files"};
  FilePlace place_{room, new_stored_name("txt")};
};

TEST_F(Disk, shows_a_file_in_its_room_only_when_it_is_complete) {
  ASSERT_TRUE(disk_.begin(place_.file));
  EXPECT_EQ(disk_.append(place_, {0, 10, "hello"}).value(), Appended::more_to_come);
  EXPECT_FALSE(std::filesystem::exists(in_room()));
  EXPECT_EQ(disk_.size(place_).error().code, ErrorCode::not_found);
  EXPECT_EQ(disk_.append(place_, {5, 10, "world"}).value(), Appended::complete);
  EXPECT_EQ(disk_.size(place_).value(), 10U);
  EXPECT_EQ(disk_.read(place_, 0, 100).value(), "helloworld");
  EXPECT_FALSE(std::filesystem::exists(in_incoming()));
  EXPECT_EQ(static_cast<int>(std::filesystem::status(in_room()).permissions()), 0600);
  EXPECT_EQ(static_cast<int>(std::filesystem::status(in_room().parent_path()).permissions()), 0700);
}

TEST_F(Disk, takes_chunks_in_order_only) {
  ASSERT_TRUE(disk_.begin(place_.file));
  EXPECT_EQ(code(disk_.append(place_, {5, 10, "world"})), ErrorCode::conflict);
  ASSERT_TRUE(disk_.append(place_, {0, 10, "hello"}));
  EXPECT_EQ(code(disk_.append(place_, {3, 10, "loworld"})), ErrorCode::conflict);
  EXPECT_EQ(code(disk_.append(place_, {6, 10, "x"})), ErrorCode::conflict);
}

TEST_F(Disk, accepts_a_chunk_again_when_its_bytes_are_the_same) {
  ASSERT_TRUE(disk_.begin(place_.file));
  ASSERT_TRUE(disk_.append(place_, {0, 10, "hello"}));
  EXPECT_EQ(disk_.append(place_, {0, 10, "hello"}).value(), Appended::more_to_come);
  EXPECT_EQ(code(disk_.append(place_, {0, 10, "jello"})), ErrorCode::conflict);
  ASSERT_TRUE(disk_.append(place_, {5, 10, "world"}));
  EXPECT_EQ(disk_.append(place_, {5, 10, "world"}).value(), Appended::complete) << "the answer to the last one may be lost too";
  EXPECT_EQ(code(disk_.append(place_, {5, 10, "wOrld"})), ErrorCode::conflict);
  EXPECT_EQ(code(disk_.append(place_, {0, 5, "hello"})), ErrorCode::conflict) << "another size";
  EXPECT_EQ(disk_.read(place_, 0, 100).value(), "helloworld");
}

TEST_F(Disk, refuses_chunks_that_lie_outside_or_hold_nothing) {
  ASSERT_TRUE(disk_.begin(place_.file));
  EXPECT_EQ(code(disk_.append(place_, {0, 4, "hello"})), ErrorCode::malformed);
  EXPECT_EQ(code(disk_.append(place_, {0, 4, ""})), ErrorCode::malformed);
}

TEST_F(Disk, writes_over_no_file) {
  std::filesystem::create_directories(in_room().parent_path());
  (void)folder_.write("files/" + room + "/" + place_.file, "precious");
  ASSERT_TRUE(disk_.begin(place_.file));
  EXPECT_EQ(code(disk_.append(place_, {0, 5, "hello"})), ErrorCode::conflict);
  EXPECT_EQ(disk_.read(place_, 0, 100).value(), "precious");
}

TEST_F(Disk, begins_an_upload_once_and_keeps_what_has_arrived) {
  ASSERT_TRUE(disk_.begin(place_.file));
  ASSERT_TRUE(disk_.append(place_, {0, 10, "hello"}));
  ASSERT_TRUE(disk_.begin(place_.file));
  EXPECT_EQ(disk_.append(place_, {5, 10, "world"}).value(), Appended::complete);
}

TEST_F(Disk, reads_pieces_and_nothing_beyond_the_end) {
  ASSERT_TRUE(disk_.begin(place_.file));
  ASSERT_TRUE(disk_.append(place_, {0, 10, "helloworld"}));
  EXPECT_EQ(disk_.read(place_, 3, 4).value(), "lowo");
  EXPECT_EQ(disk_.read(place_, 8, 4).value(), "ld");
  EXPECT_EQ(disk_.read(place_, 10, 4).value(), "");
  EXPECT_EQ(disk_.read(place_, 11, 4).error().code, ErrorCode::malformed);
}

TEST_F(Disk, follows_no_link) {
  const auto secret = folder_.write("secret", "password");
  std::filesystem::create_directories(in_room().parent_path());
  std::filesystem::create_symlink(secret, in_room());
  EXPECT_FALSE(disk_.read(place_, 0, 100));
  std::filesystem::create_directories(in_incoming().parent_path());
  std::filesystem::create_symlink(secret, in_incoming());
  EXPECT_FALSE(disk_.append(place_, {0, 5, "hello"}));
  EXPECT_EQ(folder_.read("secret"), "password");
}

TEST_F(Disk, tidies_what_nobody_goes_on_with) {
  ASSERT_TRUE(disk_.begin(place_.file));
  const auto now = std::filesystem::file_time_type::clock::now();
  EXPECT_EQ(disk_.tidy(now - std::chrono::hours{1}), 0U);
  EXPECT_EQ(disk_.tidy(now + std::chrono::hours{1}), 1U);
  EXPECT_FALSE(std::filesystem::exists(in_incoming()));
  EXPECT_EQ(FileDisk(folder_.path() / "nowhere").tidy(now), 0U);
}

TEST_F(Disk, says_nothing_of_the_machine_in_its_errors) {
  const auto missing = disk_.read(place_, 0, 1);
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().message, testing::Not(HasSubstr(folder_.path().string())));
}

}  // namespace
}  // namespace poolcast::files
