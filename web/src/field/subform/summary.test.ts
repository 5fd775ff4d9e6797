import { expect, it } from "vitest";
import { fieldLike } from "../testing";
import { rowSummary } from "./summary";

const column = (key: string, kind: string, label: string) =>
  fieldLike(kind, { key, label, access: "read" });
const COLUMNS = [
  column("product", "link", "产品"),
  column("price", "money", "单价"),
  column("qty", "number", "数量"),
  column("amount", "money", "金额"),
];

it("names a row, says what it holds, and what it comes to", () => {
  const row = {
    product: { id: "p", title: "网关" },
    price: "6800.00",
    qty: "24",
    amount: "163200.00",
  };
  expect(rowSummary(COLUMNS, row, 0, null)).toEqual({
    name: "网关",
    line: "单价 6,800.00 · 数量 24",
    amount: "163,200",
  });
});

it("falls back to the place of a row that says nothing yet", () => {
  expect(rowSummary(COLUMNS, {}, 2, null)).toEqual({ name: "3", line: "", amount: "" });
});
