#include "reference-server/proto/xml.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace poolcast::proto {
namespace {

std::string problem_of(std::string_view document, const XmlLimits& limits = {}) {
  const auto parsed = parse_xml(document, limits);
  return parsed ? "" : parsed.error().message;
}

TEST(Xml, reads_elements_attributes_text_and_namespaces) {
  const auto root = parse_xml(
      "<?xml version=\"1.0\" encoding=\"utf-8\"?><a xmlns=\"urn:x\" b=\"1&amp;2\" p:c=\"3\" xmlns:p=\"urn:p\">one<p:d/>two"
      "<!-- no --><![CDATA[<&>]]>&#x20AC;</a>");
  ASSERT_TRUE(root);
  EXPECT_EQ(root->name, "a");
  EXPECT_EQ(root->xml_namespace, "urn:x");
  EXPECT_EQ(root->text, "onetwo<&>\xE2\x82\xAC");
  EXPECT_EQ(root->attribute_or("b", ""), "1&2");
  EXPECT_EQ(root->attribute("c"), nullptr) << "that one has a namespace";
  ASSERT_NE(root->child("d"), nullptr);
  EXPECT_EQ(root->child("d")->xml_namespace, "urn:p");
  EXPECT_EQ(root->child("e"), nullptr);
}

TEST(Xml, refuses_a_document_type_whatever_it_declares) {
  for (const char* document :
       {"<!DOCTYPE a><a/>", "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>", "<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>",
        "<!DOCTYPE a [<!ENTITY x SYSTEM \"http://127.0.0.1/\">]><a>&x;</a>", "<!DOCTYPE a [<!ENTITY % x \"y\">%x;]><a/>"})
    EXPECT_EQ(problem_of(document), "XML: a document type is not accepted") << document;
}

TEST(Xml, knows_the_five_entities_and_no_other) {
  const auto root = parse_xml("<a>&lt;&gt;&amp;&quot;&apos;</a>");
  ASSERT_TRUE(root);
  EXPECT_EQ(root->text, "<>&\"'");
  EXPECT_NE(problem_of("<a>&nbsp;</a>"), "");
}

TEST(Xml, refuses_deeper_more_and_larger_than_the_limits) {
  const XmlLimits limits{.bytes = 100, .depth = 3, .elements = 4, .attributes = 2};
  EXPECT_EQ(problem_of("<a><b><c/></b></a>", limits), "");
  EXPECT_EQ(problem_of("<a><b><c><d/></c></b></a>", limits), "XML: elements are nested too deeply");
  EXPECT_EQ(problem_of("<a><b/><b/><b/></a>", limits), "");
  EXPECT_EQ(problem_of("<a><b/><b/><b/><b/></a>", limits), "XML: too many elements");
  EXPECT_EQ(problem_of("<a x=\"1\"><b y=\"2\"/></a>", limits), "");
  EXPECT_EQ(problem_of("<a x=\"1\"><b y=\"2\" z=\"3\"/></a>", limits), "XML: too many attributes");
  EXPECT_EQ(problem_of("<a>" + std::string(93, 'x') + "</a>", limits), "");
  EXPECT_EQ(problem_of("<a>" + std::string(94, 'x') + "</a>", limits), "XML: the document is too large");
}

TEST(Xml, the_default_depth_is_32) {
  std::string open;
  std::string close;
  for (int i = 0; i < 32; ++i) {
    open += "<a>";
    close += "</a>";
  }
  EXPECT_EQ(problem_of(open + close), "");
  EXPECT_EQ(problem_of("<a>" + open + close + "</a>"), "XML: elements are nested too deeply");
}

TEST(Xml, refuses_what_is_not_utf8_or_says_so) {
  EXPECT_EQ(problem_of("<a>\xFF</a>"), "XML: not well-formed UTF-8");
  EXPECT_EQ(problem_of("<a>\xED\xA0\x80</a>"), "XML: not well-formed UTF-8");
  EXPECT_EQ(problem_of(std::string_view("\xFF\xFE<\0a\0/\0>\0", 10)), "XML: not well-formed UTF-8");
  EXPECT_EQ(problem_of("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a/>"), "XML: only UTF-8 is accepted");
  EXPECT_NE(problem_of("<?xml version=\"1.1\"?><a/>"), "");
}

TEST(Xml, refuses_what_is_not_well_formed) {
  for (const char* wrong :
       {"", " ", "<a>", "<a></b>", "<a/><b/>", "text", "<a b=1/>", R"(<a b="1" b="2"/>)", "<p:a/>", "<a>\x01</a>", "<a>&#1;</a>",
        "<a>&#xD800;</a>", "<a b=\"<\"/>", "<a/>x", R"(<a xmlns:p="u" xmlns:q="u" p:b="1" q:b="2"/>)"})
    EXPECT_NE(problem_of(wrong), "") << wrong;
  EXPECT_NE(problem_of(std::string_view("<a>\0</a>", 8)), "");
}

TEST(Xml, an_error_does_not_quote_the_document) { EXPECT_EQ(problem_of("<a>&secret;</a>").find("secret"), std::string::npos); }

TEST(XmlWriter, replaces_what_xml_does_not_allow) {
  std::string out;
  append_xml_text(out, std::string_view("a\0b\x01\xFF\xED\xA0\x80\xEF\xBF\xBF]]>", 14));
  EXPECT_EQ(out,
            "a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD]]&gt;");
  EXPECT_FALSE(is_xml_text(std::string_view("a\0", 2)));
  EXPECT_FALSE(is_xml_text("\xEF\xBF\xBE"));
  EXPECT_TRUE(is_xml_text("a\t\r\n\xF0\x9F\x98\x80"));
}

RC_GTEST_PROP(XmlWriter, text_and_attributes_come_back_as_they_were, ()) {
  const auto character = rc::gen::weightedElement<std::string>({{5, "a"},
                                                                {2, "&"},
                                                                {2, "<"},
                                                                {2, ">"},
                                                                {2, "\""},
                                                                {2, "'"},
                                                                {2, "\r"},
                                                                {2, "\n"},
                                                                {1, "\t"},
                                                                {1, "]]>"},
                                                                {1, "\xC3\xA9"},
                                                                {1, "\xF0\x9F\x98\x80"},
                                                                {1, " "}});
  const auto pieces = *rc::gen::container<std::vector<std::string>>(character);
  std::string text;
  for (const std::string& piece : pieces) text += piece;
  std::string document = "<a";
  append_xml_attribute(document, "b", text);
  document += '>';
  append_xml_text(document, text);
  document += "</a>";
  const auto root = parse_xml(document);
  RC_ASSERT(static_cast<bool>(root));
  RC_ASSERT(root->text == text);
  RC_ASSERT(root->attribute_or("b", "") == text);
}

RC_GTEST_PROP(XmlWriter, whatever_the_bytes_the_document_is_well_formed, (const std::string& bytes)) {
  std::string document = "<a";
  append_xml_attribute(document, "b", bytes);
  document += '>';
  append_xml_text(document, bytes);
  document += "</a>";
  RC_ASSERT(static_cast<bool>(parse_xml(document)));
}

}  // namespace
}  // namespace poolcast::proto
