-- Owns what `vim.lsp.enable('glossator')` starts, for which files, and who handles what it sends.
-- It must not load anything before a file of these types is opened, and decides nothing itself.

---@param name string
---@return lsp.Handler
local function handler(name)
  return function(...)
    return require('glossator.handlers')[name](...)
  end
end

-- No `on_init` or `on_attach`: those are a person's own, and would be hidden by ours.
vim.api.nvim_create_autocmd('LspAttach', {
  group = vim.api.nvim_create_augroup('glossator.attach', { clear = true }),
  callback = function(event)
    local client = vim.lsp.get_clients({ id = event.data.client_id, name = 'glossator' })[1]
    if client then
      require('glossator.wiring').attached(client, event.buf)
    end
  end,
})

---@type vim.lsp.Config
return {
  cmd = function(dispatchers, config)
    return require('glossator.server').start(dispatchers, config)
  end,
  root_dir = function(bufnr, on_dir)
    require('glossator.server').if_there(bufnr, on_dir)
  end,
  filetypes = {
    'c',
    'cpp',
    'python',
    'javascript',
    'javascriptreact',
    'typescript',
    'typescriptreact',
    'go',
    'rust',
    'java',
  },
  root_markers = { '.glossator.toml', '.git' },
  init_options = { panels = true },
  -- Neovim 0.11 has no handler of its own for it; ours stands below.
  capabilities = { workspace = { codeLens = { refreshSupport = true } } },
  handlers = {
    ['glossator/answer'] = handler('answer'),
    ['glossator/proposal'] = handler('proposal'),
    ['glossator/plan'] = handler('plan'),
    ['glossator/trial'] = handler('trial'),
    ['$/cancelRequest'] = handler('cancel_request'),
    ['window/showMessage'] = handler('show_message'),
    ['window/logMessage'] = handler('log_message'),
    ['workspace/codeLens/refresh'] = handler('refresh_lenses'),
  },
}
