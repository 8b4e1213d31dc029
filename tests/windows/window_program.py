"""A Windows program with a window that ends when it is asked to: ``python window_program.py CLASS TITLE``."""

from __future__ import annotations

import ctypes
import sys

if sys.platform == "win32":
    from ctypes import wintypes

    _WM_DESTROY = 2
    _SHOWN = 0x10CF0000
    """``WS_VISIBLE | WS_OVERLAPPEDWINDOW``."""

    _user32 = ctypes.WinDLL("user32", use_last_error=True)
    _Answer = ctypes.WINFUNCTYPE(ctypes.c_ssize_t, wintypes.HWND, wintypes.UINT, wintypes.WPARAM, wintypes.LPARAM)
    _user32.DefWindowProcW.argtypes = [wintypes.HWND, wintypes.UINT, wintypes.WPARAM, wintypes.LPARAM]
    _user32.DefWindowProcW.restype = ctypes.c_ssize_t
    _user32.CreateWindowExW.argtypes = [
        wintypes.DWORD,
        wintypes.LPCWSTR,
        wintypes.LPCWSTR,
        wintypes.DWORD,
        *[ctypes.c_int] * 4,
        *[wintypes.HANDLE] * 3,
        wintypes.LPVOID,
    ]
    _user32.CreateWindowExW.restype = wintypes.HWND

    class _WindowClass(ctypes.Structure):
        """``WNDCLASSW``."""

        _fields_ = (
            ("style", wintypes.UINT),
            ("answer", _Answer),
            ("class_extra", ctypes.c_int),
            ("window_extra", ctypes.c_int),
            ("instance", wintypes.HANDLE),
            ("icon", wintypes.HANDLE),
            ("cursor", wintypes.HANDLE),
            ("background", wintypes.HANDLE),
            ("menu", wintypes.LPCWSTR),
            ("name", wintypes.LPCWSTR),
        )

    @_Answer
    def _answer(window: int, message: int, first: int, second: int) -> int:
        if message == _WM_DESTROY:
            _user32.PostQuitMessage(0)
            return 0
        return int(_user32.DefWindowProcW(window, message, first, second))

    def main(name: str, title: str) -> None:
        """Show the window, and answer until it is closed."""
        kind = _WindowClass(answer=_answer, name=name)
        _user32.RegisterClassW(ctypes.byref(kind))
        if not _user32.CreateWindowExW(0, name, title, _SHOWN, 0, 0, 80, 40, None, None, None, None):
            raise ctypes.WinError(ctypes.get_last_error())
        sys.stdout.write("shown\n")
        sys.stdout.flush()
        message = wintypes.MSG()
        while _user32.GetMessageW(ctypes.byref(message), None, 0, 0) > 0:
            _user32.DispatchMessageW(ctypes.byref(message))

    if __name__ == "__main__":
        main(*sys.argv[1:])
