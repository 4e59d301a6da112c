; SPDX-License-Identifier: GPL-2.0-or-later
;
; The smallest UEFI application: a PE32+ image without relocations that says
; "BOOTED " and MARK on COM1 and the debug console, then obeys letters on
; COM1 as disk.asm does: r resets by port 0xcf9, p powers off (q35 and pc
; have the PM block at 0x600 under OVMF too), e returns to the firmware.

bits 64
org 0

    db 'MZ'
times 0x3c - ($ - $$) db 0
    dd pe
pe:
    db 'PE', 0, 0
    dw 0x8664                   ; machine
    dw 1                        ; sections
    dd 0, 0, 0
    dw optional_end - optional
    dw 0x22e                    ; executable, no relocations
optional:
    dw 0x20b                    ; PE32+
    db 0, 0
    dd 0x200, 0, 0
    dd entry
    dd 0x200
    dq 0
    dd 0x200, 0x200
    dw 0, 0, 0, 0, 0, 0
    dd 0
    dd 0x400                    ; image size
    dd 0x200                    ; headers
    dd 0
    dw 10, 0                    ; subsystem: EFI application
    dq 0, 0, 0, 0
    dd 0
    dd 6
times 6 dq 0
optional_end:
    db '.text', 0, 0, 0
    dd 0x200, 0x200, 0x200, 0x200
    dd 0, 0
    dw 0, 0
    dd 0xe0000060               ; code, read, write, execute
times 0x200 - ($ - $$) db 0

entry:
    cli                         ; or the firmware reads COM1, too
    lea rsi, [rel message]
.next:
    lodsb
    test al, al
    jz .poll
    out 0xe9, al
    mov dx, 0x3f8
    out dx, al
    jmp .next
.poll:
    mov dx, 0x3fd
    in al, dx
    test al, 1
    jz .poll
    mov dx, 0x3f8
    in al, dx
    cmp al, 'r'
    je .reset
    cmp al, 'p'
    je .off
    cmp al, 'e'
    je .exit
    jmp .poll
.reset:
    mov dx, 0xcf9
    mov al, 2
    out dx, al
    mov al, 6
    out dx, al
    jmp .poll
.off:
    mov dx, 0x604
    mov ax, 0x2000
    out dx, ax
    jmp .poll
.exit:
    sti
    mov rax, 0x800000000000000e ; EFI_NOT_FOUND: try the next boot option
    ret

message db 13, 10, "BOOTED ", MARK, 13, 10, 0
times 0x400 - ($ - $$) db 0
