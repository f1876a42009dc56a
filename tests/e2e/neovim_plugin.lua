-- Owns how tests drive a real Neovim that has our plugin, as a person does: by commands and keys.
-- It adds to the driver beside this file, and must not reach into the plugin's modules.

local M = dofile(vim.fs.joinpath(vim.fs.dirname(debug.getinfo(1, 'S').source:sub(2)), 'neovim_driver.lua'))

---@type { level: integer, text: string }[]
M.notified = {}

---Open a file and wait for the server, which init.lua has enabled.
---@param path string
function M.open(path)
  vim.notify = function(text, level)
    table.insert(M.notified, { text = text, level = level })
  end
  vim.api.nvim_create_autocmd('LspProgress', {
    callback = function(event)
      table.insert(M.progress, event.data.params.value)
    end,
  })
  M.edit(path)
  M.wait('the server', function()
    return M.client() and M.client().initialized
  end)
end

---@param path string
function M.edit(path)
  vim.cmd.edit(vim.fn.fnameescape(path))
end

---Press keys, mapped as they are for a person.
---@param keys string
function M.press(keys)
  vim.api.nvim_feedkeys(vim.keycode(keys), 'mx', false)
end

---Answer what `vim.ui.input` asks, from now on.
---@param text string
function M.type_when_asked(text)
  vim.ui.input = function(options, on_confirm)
    M.asked_for = options.prompt
    on_confirm(text)
  end
end

---Wait until something was said that holds these words.
---@param words string
---@return string
function M.wait_for_words(words)
  local found
  M.wait('the words: ' .. words, function()
    found = vim.iter(M.notified):find(function(it)
      return it.text:find(words, 1, true) ~= nil
    end)
    return found
  end)
  return found.text
end

---@param text string
---@return string[]
function M.lines(text)
  return vim.split(text, '\n')
end

---Return the text of the buffer in a window of the current tab whose name ends like this.
---@param ending string
---@return integer? win
function M.window(ending)
  return vim.iter(vim.api.nvim_tabpage_list_wins(0)):find(function(it)
    return vim.endswith(vim.api.nvim_buf_get_name(vim.api.nvim_win_get_buf(it)), ending)
  end)
end

---@param win integer
---@return string
function M.text_of(win)
  local bufnr = vim.api.nvim_win_get_buf(win)
  return table.concat(vim.api.nvim_buf_get_lines(bufnr, 0, -1, false), '\n')
end

---Wait for a window of the plugin, and go there.
---@param ending string
---@return string text
function M.enter(ending)
  M.wait('the window ' .. ending, function()
    return M.window(ending)
  end)
  vim.api.nvim_set_current_win(M.window(ending))
  return M.text()
end

---Return the screen as a person sees it, line by line.
---@return string[]
function M.screen()
  vim.cmd.redraw()
  local lines = {}
  for row = 1, vim.o.lines do
    local cells = {}
    for column = 1, vim.o.columns do
      table.insert(cells, vim.fn.screenstring(row, column))
    end
    table.insert(lines, (table.concat(cells):gsub('%s+$', '')))
  end
  return lines
end

---Keep questions until they are answered, ours as well as the server's.
function M.keep_questions()
  vim.ui.select = function(items, options, on_choice)
    local format = options.format_item or tostring
    table.insert(M.questions, {
      prompt = options.prompt,
      titles = vim.tbl_map(format, items),
      answer = function(title)
        on_choice(vim.iter(items):find(function(it)
          return format(it) == title
        end))
      end,
    })
  end
end

---Return the process of the server: a child of this one.
---@return integer
function M.pid()
  local mine = tostring(vim.fn.getpid())
  for name in vim.fs.dir('/proc') do
    local file = name:find('^%d+$') and io.open('/proc/' .. name .. '/stat', 'r')
    local parent = file and file:read('*a'):match('^%d+ %(.*%) %a (%d+)')
    if parent == mine then
      return tonumber(name)
    end
  end
  error('no server runs')
end

return M
