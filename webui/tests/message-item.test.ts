// @vitest-environment jsdom
import { mount } from "@vue/test-utils";
import { expect, it } from "vitest";
import MessageItem from "@/components/MessageItem.vue";
import { message } from "./fakes";

const MARKUP = '<img src=x onerror="alert(1)"> & <b>bold</b>';

it("markup in a message or a name is text", () => {
  const author = { ...message("a").author, name: MARKUP };
  const item = mount(MessageItem, {
    props: { message: message("a", { text: MARKUP, author }), mine: false, nowMs: 0 },
  });
  expect(item.find(".text").element.textContent).toBe(MARKUP);
  expect(item.find(".author").element.textContent).toBe(MARKUP);
  expect(item.find("img, b").exists()).toBe(false);
});

it.each([
  [true, false],
  [false, true],
])("a time that is certain (%s) is marked uncertain: %s", (time_certain, marked) => {
  const props = { message: message("a", { time_certain }), mine: false, nowMs: 0 };
  expect(mount(MessageItem, { props }).text().includes("time uncertain")).toBe(marked);
});

it.each([
  [1, "On this box"],
  [3, "Stored on 3 boxes"],
])("a message of mine on %i boxes says so", (boxes, words) => {
  const state = { stored: true, boxes };
  const props = { message: message("a", { state }), mine: true, nowMs: 0 };
  expect(mount(MessageItem, { props }).find(".progress").text()).toContain(words);
});
