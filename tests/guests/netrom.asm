; SPDX-License-Identifier: GPL-2.0-or-later
;
; A PCI option ROM with a PnP boot entry vector for QEMU's e1000: says
; "BOOTED N" where a real one would start PXE, in a tenth of a second.

bits 16
org 0

    db 0x55, 0xaa
    db 2                        ; 1024 bytes
    jmp near init
times 0x18 - ($ - $$) db 0
    dw pcir
    dw pnp

pcir:
    db 'PCIR'
    dw 0x8086, 0x100e, 0, 24
    db 0, 0, 0, 2               ; revision 0, class: network
    dw 2, 1
    db 0, 0x80                  ; x86, last image
    dw 0

align 16, db 0
pnp:
    db '$PnP'
    db 1, 2
    dw 0
    db 0, 0                     ; the checksum is not looked at
    dd 0
    dw vendor, product
    db 2, 0, 0
    db 0x14                     ; may be shadowed, is an IPL device
    dw 0, 0, boot, 0, 0

vendor  db 'qemu-bmc', 0
product db 'test network', 0
message db 13, 10, "BOOTED N", 13, 10, 0
no_idt  dw 0, 0, 0

init:
    mov ax, 0x20                ; IPL device attached
    retf

boot:
    cli
    push cs
    pop ds
    mov si, message
.next:
    lodsb
    test al, al
    jz .poll
    out 0xe9, al
    mov dx, 0x3f8
    out dx, al
    jmp .next
.poll:                          ; r, k, t and p, as disk.asm
    mov dx, 0x3fd
    in al, dx
    test al, 1
    jz .poll
    mov dx, 0x3f8
    in al, dx
    cmp al, 'p'
    je .off
    cmp al, 'k'
    je .keyboard
    cmp al, 't'
    je .triple
    cmp al, 'r'
    jne .poll
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
.keyboard:
    mov al, 0xfe
    out 0x64, al
    jmp .poll
.triple:
    lidt [no_idt]
    int3

times 1024 - ($ - $$) db 0
