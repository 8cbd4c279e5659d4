//! Small libraries in ELF, made byte by byte, so that each can have one thing that others do not have.

/// A library that is to be made.
#[derive(Clone, Debug)]
pub(super) struct Library {
    pub(super) imports: Vec<String>,
    pub(super) exports: Vec<String>,
    pub(super) needed: Vec<String>,
    pub(super) run_paths: Vec<String>,
    pub(super) code: Vec<u8>,
    pub(super) data: Vec<u8>,
    pub(super) kind: u16,
    pub(super) machine: u16,
    pub(super) stack_flags: Option<u32>,
    pub(super) code_flags: u32,
    /// Further entries of the dynamic table.
    pub(super) entries: Vec<(i64, u64)>,
    pub(super) interpreter: bool,
}

impl Library {
    /// One as honest plugins are.
    pub(super) fn honest() -> Self {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Self {
            imports: names(&["malloc", "free", "memcpy", "strlen", "snprintf", "pthread_create", "getenv", "open64"]),
            exports: names(&["csvq_plugin_v1"]),
            needed: names(&["libc.so.6", "libm.so.6", "libgcc_s.so.1"]),
            run_paths: Vec::new(),
            code: vec![0x90; 5000],
            data: b"compares two tables".to_vec(),
            kind: 3,
            machine: if cfg!(target_arch = "aarch64") { 183 } else { 62 },
            stack_flags: Some(6),
            code_flags: 5,
            entries: Vec::new(),
            interpreter: false,
        }
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut strings = vec![0];
        let mut string = |text: &str| {
            let at = strings.len() as u64;
            strings.extend(text.as_bytes());
            strings.push(0);
            at
        };
        let imports: Vec<u64> = self.imports.iter().map(|name| string(name)).collect();
        let exports: Vec<u64> = self.exports.iter().map(|name| string(name)).collect();
        let needed: Vec<u64> = self.needed.iter().map(|name| string(name)).collect();
        let run_paths: Vec<u64> = self.run_paths.iter().map(|name| string(name)).collect();

        let headers = 4 + u64::from(self.stack_flags.is_some()) + u64::from(self.interpreter);
        let mut body = vec![0u8; 64 + 56 * headers as usize];
        let mut put = |bytes: &[u8]| {
            body.resize(body.len().next_multiple_of(16), 0);
            let at = body.len() as u64;
            body.extend_from_slice(bytes);
            at
        };
        let symbols = 1 + imports.len() + exports.len();
        let mut table = vec![0u8; 24];
        let mut relocations = Vec::new();
        for (number, (name, section)) in
            imports.iter().map(|at| (at, 0u16)).chain(exports.iter().map(|at| (at, 1))).enumerate()
        {
            table.extend((*name as u32).to_le_bytes());
            table.extend([0x12, 0]);
            table.extend(section.to_le_bytes());
            table.extend([0; 16]);
            if section == 0 {
                relocations.extend(0u64.to_le_bytes());
                relocations.extend((((number as u64 + 1) << 32) | 7).to_le_bytes());
                relocations.extend(0u64.to_le_bytes());
            }
        }
        let hash = [1u32, symbols as u32].map(u32::to_le_bytes).concat();
        let strings_at = put(&strings);
        let symbols_at = put(&table);
        let relocations_at = put(&relocations);
        let hash_at = put(&hash);
        put(&self.data);
        let mut dynamic: Vec<(i64, u64)> = needed.iter().map(|at| (1, *at)).collect();
        dynamic.extend(run_paths.iter().map(|at| (29, *at)));
        dynamic.extend([(5, strings_at), (10, strings.len() as u64), (6, symbols_at), (11, 24), (4, hash_at)]);
        dynamic.extend([(23, relocations_at), (2, relocations.len() as u64), (20, 7)]);
        dynamic.extend(&self.entries);
        dynamic.push((0, 0));
        let dynamic: Vec<u8> =
            dynamic.iter().flat_map(|(tag, value)| [tag.to_le_bytes(), value.to_le_bytes()].concat()).collect();
        let dynamic_at = put(&dynamic);
        let end_of_data = body.len() as u64;
        let code_at = (end_of_data + 4095) & !4095;
        body.resize(code_at as usize, 0);
        body.extend(&self.code);

        let mut segments = vec![
            (1, 4, 0, end_of_data),
            (1, self.code_flags, code_at, self.code.len() as u64),
            (2, 6, dynamic_at, dynamic.len() as u64),
            (4, 4, 0, 0),
        ];
        segments.extend(self.stack_flags.map(|flags| (0x6474_e551, flags, 0, 0)));
        segments.extend(self.interpreter.then_some((3, 4, 0, 16)));
        let mut head = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
        head.extend([self.kind.to_le_bytes(), self.machine.to_le_bytes()].concat());
        head.extend(1u32.to_le_bytes());
        head.extend([0u64, 64, 0].map(u64::to_le_bytes).concat());
        head.extend(0u32.to_le_bytes());
        head.extend([64u16, 56, segments.len() as u16, 64, 0, 0].map(u16::to_le_bytes).concat());
        for (kind, flags, at, size) in segments {
            head.extend([kind as u32, flags].map(u32::to_le_bytes).concat());
            head.extend([at, at, at, size, size, 4096].map(u64::to_le_bytes).concat());
        }
        body[..head.len()].copy_from_slice(&head);
        body
    }
}
