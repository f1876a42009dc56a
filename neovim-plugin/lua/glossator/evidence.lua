-- Owns the window that shows the last proposals with what the checks said of each.
-- It must not act on them.

local proposals = require('glossator.proposals')
local say = require('glossator.say')
local text = require('glossator.evidence_text')
local windows = require('glossator.windows')

local M = {}

function M.open()
  local lines = {} ---@type string[]
  for _, it in ipairs(proposals.all()) do
    vim.list_extend(lines, text.lines(it.proposal))
    table.insert(lines, '')
  end
  if #lines == 0 then
    say.info(
      'there were no proposals yet: put the cursor on a function, then `:Glossator document`.'
    )
    return
  end
  local bufnr = windows.scratch('glossator://evidence', 'glossator-evidence')
  windows.fill(bufnr, lines)
  windows.colour(bufnr, 'markdown')
  vim.api.nvim_set_current_win(windows.split(bufnr, 'split'))
  vim.keymap.set('n', 'q', '<Cmd>close<CR>', { buffer = bufnr, nowait = true, desc = 'close' })
end

return M
