#include "reference-server/files/names.hpp"

#include <gmock/gmock.h>

namespace poolcast::files {
namespace {

TEST(StoredName, is_new_each_time_and_has_nothing_from_outside_but_the_extension) {
  const std::string name = new_stored_name("pdf");
  EXPECT_TRUE(is_stored_name(name)) << name;
  EXPECT_TRUE(name.ends_with(".pdf"));
  EXPECT_NE(name, new_stored_name("pdf"));
}

TEST(StoredName, is_not_what_could_be_a_path) {
  const std::string guid = "9f86d081-884c-4d65-9a2f-eaa0c55ad015";
  EXPECT_TRUE(is_stored_name(guid + ".txt"));
  for (const std::string& name :
       {std::string(), guid, guid + ".", guid + "./x", guid + "..", guid + ".t/t", "../" + guid + ".txt", "/" + guid + ".txt",
        guid + ".TXT", "{" + guid + "}.txt", std::string("9F86D081-884C-4D65-9A2F-EAA0C55AD015.txt"), guid + ".txt\n",
        guid + std::string(".t\0t", 4), guid + ".txt.exe", std::string("........-....-....-....-............") + ".txt"})
    EXPECT_FALSE(is_stored_name(name)) << name;
}

TEST(Extension, is_taken_from_a_name_and_must_be_in_the_list) {
  const std::vector<std::string> allowed{"pdf", "txt"};
  EXPECT_EQ(allowed_extension("Report.PDF", allowed), "pdf");
  EXPECT_EQ(allowed_extension(".txt", allowed), "txt");
  EXPECT_EQ(allowed_extension("txt", allowed), "txt");
  for (const char* name : {"", ".", "exe", "a.pdf.exe", "a.pdf/../../x", "pdf\n", "a.pdf "})
    EXPECT_EQ(allowed_extension(name, allowed), std::nullopt) << name;
}

TEST(RoomGuid, is_found_in_every_way_that_clients_write_it) {
  const std::string guid = "9f86d081-884c-4d65-9a2f-eaa0c55ad015";
  EXPECT_EQ(room_guid(guid), guid);
  EXPECT_EQ(room_guid("{9F86D081-884C-4D65-9A2F-EAA0C55AD015}"), guid);
  EXPECT_EQ(room_guid("ma-chan://lab.example/" + guid), guid);
  for (const char* channel : {"", "..", "ma-chan://lab.example/", "9f86d081"}) EXPECT_EQ(room_guid(channel), std::nullopt);
}

}  // namespace
}  // namespace poolcast::files
