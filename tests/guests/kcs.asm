; SPDX-License-Identifier: GPL-2.0-or-later
;
; A guest in one boot sector that talks to the BMC through the ports of KCS
; (0xca2) and BT (0xe4), as IPMI 2.0 sections 9 and 11 have it, without any
; driver in between. It prints "KCS-READY" and then takes requests on COM1:
;
;   k LEN(2) BYTE...   send LEN bytes (NetFn/LUN, command, data) by KCS;
;                      answers "k" LEN(2) BYTE...
;   b LEN(2) BYTE...   the same by BT, whose length and sequence number are
;                      put in here; answers "b" LEN(2) BYTE..., without its
;                      length but with the sequence number, 5Ah
;   s                  answers "s" and the KCS status register
;   S                  answers "S" and the BT control register
;
; Numbers are bytes, low byte first. LEN is at most 300 for KCS and 250 for
; BT. Everything is in binary.

bits 16
org 0x7c00

COM1        equ 0x3f8
KCS_DATA    equ 0xca2
KCS_STATUS  equ 0xca3
BT_CTRL     equ 0xe4
BT_DATA     equ 0xe5
OBF         equ 0x01
IBF         equ 0x02
B_BUSY      equ 0x80
H_BUSY      equ 0x40
B2H_ATN     equ 0x08
H2B_ATN     equ 0x04
REQUEST     equ 0x8000

start:
    cli
    xor ax, ax
    mov ds, ax
    mov es, ax
    mov ss, ax
    mov sp, 0x7000
    mov si, message
.next:
    lodsb
    test al, al
    jz main
    call putc
    jmp .next

main:
    call getc
    cmp al, 's'
    je status
    cmp al, 'S'
    je bt_status
    cmp al, 'k'
    je kcs
    cmp al, 'b'
    je bt
    jmp main

status:
    call putc
    mov dx, KCS_STATUS
    jmp report
bt_status:
    call putc
    mov dx, BT_CTRL
report:
    in al, dx
    call putc
    jmp main

; The request is at REQUEST, its length in cx; the answer goes there too.
kcs:
    call get_request
    call wait_ibf
    call clear_obf
    mov al, 0x61                ; WRITE_START
    out dx, al
    call wait_ibf
    call clear_obf
.byte:
    cmp cx, 1
    jne .middle
    mov al, 0x62                ; WRITE_END goes before the last one
    out dx, al
    call wait_ibf
    call clear_obf
.middle:
    lodsb
    mov dx, KCS_DATA
    out dx, al
    call wait_ibf
    loop .more
    jmp .answer
.more:
    call clear_obf
    jmp .byte
.answer:
    mov di, REQUEST
.read:
    call wait_ibf
    in al, dx
    mov ah, al
    and ah, 0xc0
    cmp ah, 0x40                ; READ_STATE
    jne .end
    call wait_obf
    mov dx, KCS_DATA
    in al, dx
    stosb
    mov al, 0x68                ; READ
    out dx, al
    jmp .read
.end:
    call clear_obf
    mov al, 'k'
    jmp put_answer

bt:
    call get_request
.free:
    mov dx, BT_CTRL
    in al, dx
    test al, B_BUSY | H2B_ATN
    jnz .free
    mov al, 1                   ; CLR_WR_PTR
    out dx, al
    mov dx, BT_DATA
    mov al, cl
    inc al                      ; the sequence number counts
    out dx, al
    lodsb                       ; NetFn/LUN
    out dx, al
    mov al, 0x5a                ; sequence number
    out dx, al
    dec cx
.write:
    lodsb
    out dx, al
    loop .write
    mov dx, BT_CTRL
    mov al, H2B_ATN
    out dx, al
.wait:
    in al, dx
    test al, B2H_ATN
    jz .wait
    mov al, H_BUSY
    out dx, al
    mov al, B2H_ATN             ; write one to clear
    out dx, al
    mov al, 2                   ; CLR_RD_PTR
    out dx, al
    mov dx, BT_DATA
    in al, dx
    mov cl, al
    xor ch, ch
    mov di, REQUEST
.read:
    in al, dx
    stosb
    loop .read
    mov dx, BT_CTRL
    mov al, H_BUSY
    out dx, al
    mov al, 'b'

; Prints al, then the length and bytes of REQUEST up to di.
put_answer:
    call putc
    mov cx, di
    sub cx, REQUEST
    mov al, cl
    call putc
    mov al, ch
    call putc
    mov si, REQUEST
.next:
    lodsb
    call putc
    loop .next
    jmp main

; Reads a length and so many bytes; si and cx say where they are.
get_request:
    call getc
    mov cl, al
    call getc
    mov ch, al
    push cx
    mov di, REQUEST
.next:
    call getc
    stosb
    loop .next
    pop cx
    mov si, REQUEST
    ret

; These leave dx at the status register.
wait_ibf:
    mov dx, KCS_STATUS
    in al, dx
    test al, IBF
    jnz wait_ibf
    ret
wait_obf:
    mov dx, KCS_STATUS
    in al, dx
    test al, OBF
    jz wait_obf
    ret
clear_obf:
    mov dx, KCS_DATA
    in al, dx
    mov dx, KCS_STATUS
    ret

getc:
    mov dx, COM1 + 5
    in al, dx
    test al, 1
    jz getc
    mov dx, COM1
    in al, dx
    ret

; al: character; waits until there is room for it
putc:
    push ax
    mov dx, COM1 + 5
.wait:
    in al, dx
    test al, 0x20
    jz .wait
    pop ax
    mov dx, COM1
    out dx, al
    ret

message db "KCS-READY", 0

times 510 - ($ - $$) db 0
dw 0xaa55
