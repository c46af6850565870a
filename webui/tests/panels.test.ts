// @vitest-environment jsdom
import { mount } from "@vue/test-utils";
import { expect, it, vi } from "vitest";
import { defineComponent, h, nextTick } from "vue";
import ComposeBox from "@/components/ComposeBox.vue";
import QrCode from "@/components/QrCode.vue";
import SafePanel from "@/components/SafePanel.vue";
import SaidAbout from "@/components/SaidAbout.vue";

it("a panel that fails says so and leads to the simple page", async () => {
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  const broken = defineComponent(() => () => {
    throw new Error("broken");
  });
  const panel = mount(SafePanel, { slots: { default: () => h(broken) } });
  await nextTick();
  expect(panel.text()).toContain("This part of the page failed.");
  expect(panel.get("a").attributes("href")).toBe("/lite");
  const whole = mount(SafePanel, { slots: { default: () => h("p", "whole") } });
  expect(whole.find("a").exists()).toBe(false);
});

it.each([
  ["safe", "Safe"],
  ["help", "Needs help"],
  ["looking", "Looking for"],
  ["offer", "Offer"],
  ["info", "News"],
])("the category %s is a word and a drawing", (category, word) => {
  const about = mount(SaidAbout, { props: { category, place: null } });
  expect(about.text()).toBe(word);
  expect(about.findAll("svg path")).toHaveLength(1);
});

it("a category of a later version is not shown, and nothing is for nothing", () => {
  expect(mount(SaidAbout, { props: { category: "flood", place: null } }).text()).toBe("");
  expect(
    mount(SaidAbout, { props: { category: null, place: null } })
      .find("p")
      .exists(),
  ).toBe(false);
});

it("markup in a place is text", () => {
  const about = mount(SaidAbout, { props: { category: null, place: "<b>x</b>", urgent: true } });
  expect(about.get("bdi").element.textContent).toBe("<b>x</b>");
  expect(about.text()).toContain("Urgent");
});

it("what is sent has its category and place, and the next message has none", async () => {
  const models = { text: "", category: null as null | string, place: "" };
  const compose = mount(ComposeBox, {
    props: {
      ...(models as { text: string; category: null; place: string }),
      "onUpdate:text": (text: string) => compose.setProps({ text }),
      "onUpdate:category": (category: unknown) => compose.setProps({ category } as object),
      "onUpdate:place": (place: string) => compose.setProps({ place }),
    },
  });
  await compose.get("select").setValue("looking");
  await compose.get("input").setValue("  Mill ");
  await compose.get("textarea").setValue(" My sister ");
  await compose.get("form").trigger("submit");
  await compose.get("textarea").setValue("Thank you");
  await compose.get("form").trigger("submit");
  expect(compose.emitted("send")).toEqual([
    [{ text: "My sister", category: "looking", place: "Mill" }],
    [{ text: "Thank you", category: null, place: null }],
  ]);
});

it.each([
  [
    '<svg viewBox="0 0 1 1"></svg>',
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"></svg>',
  ],
  [
    '<svg xmlns="http://www.w3.org/2000/svg"></svg>',
    '<svg xmlns="http://www.w3.org/2000/svg"></svg>',
  ],
])("a QR code is a picture, in which nothing can run: %s", (svg, shown) => {
  const code = mount(QrCode, { props: { svg, label: "QR code" } });
  expect(code.element.childElementCount).toBe(0);
  const src = code.attributes("src") ?? "";
  expect(src.startsWith("data:image/svg+xml,")).toBe(true);
  expect(decodeURIComponent(src.slice(src.indexOf(",") + 1))).toBe(shown);
  expect(code.attributes("alt")).toBe("QR code");
});
