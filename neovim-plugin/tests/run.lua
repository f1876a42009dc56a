-- Owns how the tests of what decides run: `nvim -l tests/run.lua`, in the plugin's folder.
-- It must not know what is tested: each `*_test.lua` beside it returns its tests by name.

local here = vim.fs.dirname(vim.fs.abspath(debug.getinfo(1, 'S').source:sub(2)))
package.path = table.concat({
  vim.fs.joinpath(here, '..', 'lua', '?.lua'),
  vim.fs.joinpath(here, '..', 'lua', '?', 'init.lua'),
  package.path,
}, ';')

local failed, passed = 0, 0

---@param name string
---@param test fun(check: fun(found: any, expected: any))
local function run(name, test)
  local fine, trouble = xpcall(test, debug.traceback, function(found, expected)
    if not vim.deep_equal(found, expected) then
      error(('expected %s\n     got %s'):format(vim.inspect(expected), vim.inspect(found)), 2)
    end
  end)
  if fine then
    passed = passed + 1
  else
    failed = failed + 1
    io.stderr:write(('FAILED %s\n%s\n'):format(name, trouble))
  end
end

for file in vim.fs.dir(here) do
  if vim.endswith(file, '_test.lua') then
    for name, test in vim.spairs(dofile(vim.fs.joinpath(here, file))) do
      run(('%s: %s'):format(file, name), test)
    end
  end
end
io.stdout:write(('%d passed, %d failed\n'):format(passed, failed))
os.exit(failed == 0 and passed > 0 and 0 or 1)
