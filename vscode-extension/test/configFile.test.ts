import assert from "node:assert/strict";
import { test } from "node:test";
import { isConfig } from "../src/configFile.ts";

test("the configuration is known by the end of its path", () => {
  assert.equal(isConfig("/home/me/.config/glossator/config.toml"), true);
  assert.equal(isConfig("C:\\Users\\me\\glossator\\config.toml"), true);
  assert.equal(isConfig("/srv/project/config.toml"), false);
  assert.equal(isConfig("/srv/glossator/config.toml.bak"), false);
});
