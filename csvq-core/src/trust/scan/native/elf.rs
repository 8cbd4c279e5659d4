//! ELF, read as the loader reads it: by program headers and the dynamic table, never by sections, which nobody who
//! loads a library looks at.
//!
//! Where headers contradict one another, or point to where nothing was loaded, the file can't be looked at.

use object::Endianness;
use object::elf::{self, DynamicTag};
use object::pod::slice_from_bytes;
use object::read::elf::{Dyn, FileHeader, ProgramHeader, Rel, Rela, Sym};

use super::target::{Platform, System, of_machine};
use super::{Facts, Segment, is_table};

/// No table of a library has more entries.
const MOST_ENTRIES: usize = 20_000_000;

/// What an ELF file says.
pub(super) fn facts<E: FileHeader<Endian = Endianness>>(bytes: &[u8]) -> Result<Facts<'_>, String> {
    let wrong = |error: object::Error| format!("this is no well-formed ELF file: {error}");
    let header = E::parse(bytes).map_err(wrong)?;
    let endian = header.endian().map_err(wrong)?;
    let architecture = of_machine(header.e_machine(endian), header.is_type_64());
    let mut facts = Facts { platform: Some(Platform { system: System::Elf, architecture }), ..Facts::default() };
    let kind = header.e_type(endian);
    if kind != elf::ET_DYN {
        facts.shapes.insert(if kind == elf::ET_EXEC { "program" } else { "no_library" });
    }
    let headers = header.program_headers(endian, bytes).map_err(wrong)?;
    let image = Image::<E> { segments: loaded::<E>(headers, endian, bytes, &mut facts)?, endian, of: header };
    // In a library without this header, the stack is made executable.
    let stack = headers.iter().find(|header| header.p_type(endian) == elf::PT_GNU_STACK);
    if stack.is_none_or(|header| header.p_flags(endian).contains(elf::PF_X)) {
        facts.shapes.insert("executable_stack");
    }
    if headers.iter().any(|header| header.p_type(endian) == elf::PT_INTERP) {
        facts.shapes.insert("program");
    }
    if bytes.get(..1024).unwrap_or(bytes).windows(4).any(|text| text == b"UPX!") {
        facts.shapes.insert("upx");
    }
    let mut dynamic = headers.iter().filter(|header| header.p_type(endian) == elf::PT_DYNAMIC);
    match (dynamic.next(), dynamic.next()) {
        (Some(header), None) => {
            let table = image.at(header.p_vaddr(endian).into(), header.p_filesz(endian).into())?;
            image.dynamic(table, &mut facts)?;
        }
        (None, _) => _ = facts.shapes.insert("no_library"),
        (Some(_), Some(_)) => return Err("there are two dynamic tables".to_owned()),
    }
    Ok(facts)
}

/// The segments that are loaded, each with its address.
fn loaded<'a, E: FileHeader<Endian = Endianness>>(
    headers: &[E::ProgramHeader],
    endian: Endianness,
    bytes: &'a [u8],
    facts: &mut Facts<'a>,
) -> Result<Vec<(u64, &'a [u8])>, String> {
    let mut segments = Vec::new();
    let mut end = 0u64;
    for header in headers.iter().filter(|header| header.p_type(endian) == elf::PT_LOAD) {
        let data = header.data(endian, bytes).map_err(|()| "a segment lies outside of the file".to_owned())?;
        let (start, size) = (header.p_vaddr(endian).into(), header.p_memsz(endian).into());
        // The loader demands this order; and what overlaps would mean other bytes to it than to us.
        if start < end || (data.len() as u64) > size {
            return Err("segments overlap, or are larger in the file than in memory".to_owned());
        }
        end = start.checked_add(size).ok_or("a segment ends beyond all addresses")?;
        segments.push((start, data));
        let flags = header.p_flags(endian);
        let (writable, executable) = (flags.contains(elf::PF_W), flags.contains(elf::PF_X));
        facts.segments.push(Segment { data, writable, executable });
    }
    Ok(segments)
}

/// What a loader would have in memory.
struct Image<'a, E> {
    segments: Vec<(u64, &'a [u8])>,
    endian: Endianness,
    of: &'a E,
}

/// What the dynamic table says of other tables.
#[derive(Default)]
struct Tables {
    strings: Option<(u64, u64)>,
    symbols: Option<u64>,
    /// Addresses and sizes of relocations: with addends, without, and those of functions.
    with_addend: (u64, u64),
    without: (u64, u64),
    functions: (u64, u64),
    functions_have_addends: bool,
    libraries: Vec<u64>,
    run_paths: Vec<u64>,
    hash: Option<u64>,
    gnu_hash: Option<u64>,
}

impl<'a, E: FileHeader<Endian = Endianness>> Image<'a, E> {
    /// The bytes at an address.
    fn at(&self, address: u64, size: u64) -> Result<&'a [u8], String> {
        let all = self.from(address)?;
        let size = usize::try_from(size).ok();
        size.and_then(|size| all.get(..size)).ok_or_else(|| "a table reaches beyond its segment".to_owned())
    }

    /// The bytes from an address to the end of its segment.
    fn from(&self, address: u64) -> Result<&'a [u8], String> {
        let inside = self.segments.iter().find_map(|(start, data)| {
            let offset = usize::try_from(address.checked_sub(*start)?).ok()?;
            data.get(offset..).filter(|rest| !rest.is_empty())
        });
        inside.ok_or_else(|| "a table lies where nothing is loaded".to_owned())
    }

    fn dynamic(&self, table: &'a [u8], facts: &mut Facts<'a>) -> Result<(), String> {
        let count = table.len() / size_of::<E::Dyn>();
        let (entries, _) = slice_from_bytes::<E::Dyn>(table, count).map_err(|()| "the dynamic table is cut")?;
        let tables = self.tables(entries, facts);
        let (address, size) = tables.strings.ok_or("there is no table of names")?;
        let strings = self.at(address, size)?;
        for at in &tables.libraries {
            facts.libraries.insert(name(strings, *at)?);
        }
        for at in &tables.run_paths {
            facts.run_paths.extend(name(strings, *at)?.split(|byte| *byte == b':'));
        }
        for symbol in self.relocated(&tables)? {
            let name = name(strings, self.symbol(&tables, symbol)?.st_name(self.endian).into())?;
            if !name.is_empty() {
                facts.import(name)?;
            }
        }
        facts.is_plugin = self.exports_table(&tables, strings)?;
        Ok(())
    }

    fn tables(&self, entries: &[E::Dyn], facts: &mut Facts<'a>) -> Tables {
        let mut tables = Tables { functions_have_addends: true, ..Tables::default() };
        for entry in entries {
            let value: u64 = entry.d_val(self.endian).into();
            match entry.tag(self.endian) {
                elf::DT_NULL => break,
                elf::DT_STRTAB => tables.strings = Some((value, tables.strings.map_or(0, |(_, size)| size))),
                elf::DT_STRSZ => tables.strings = Some((tables.strings.map_or(0, |(at, _)| at), value)),
                elf::DT_SYMTAB => tables.symbols = Some(value),
                elf::DT_RELA => tables.with_addend.0 = value,
                elf::DT_RELASZ => tables.with_addend.1 = value,
                elf::DT_REL => tables.without.0 = value,
                elf::DT_RELSZ => tables.without.1 = value,
                elf::DT_JMPREL => tables.functions.0 = value,
                elf::DT_PLTRELSZ => tables.functions.1 = value,
                elf::DT_PLTREL => {
                    tables.functions_have_addends = DynamicTag(i64::try_from(value).unwrap_or(0)) != elf::DT_REL;
                }
                elf::DT_NEEDED | elf::DT_AUXILIARY | elf::DT_FILTER => tables.libraries.push(value),
                elf::DT_RPATH | elf::DT_RUNPATH => tables.run_paths.push(value),
                elf::DT_HASH => tables.hash = Some(value),
                elf::DT_GNU_HASH => tables.gnu_hash = Some(value),
                elf::DT_AUDIT | elf::DT_DEPAUDIT => _ = facts.shapes.insert("audit"),
                elf::DT_TEXTREL => _ = facts.shapes.insert("text_relocations"),
                elf::DT_FLAGS if value & 4 != 0 => _ = facts.shapes.insert("text_relocations"),
                elf::DT_INIT_ARRAYSZ if value > 0 => _ = facts.shapes.insert("constructors"),
                _ => {}
            }
        }
        tables
    }

    /// The symbols that the loader looks up, by their numbers. It looks them up in other libraries first, even where
    /// this one has one of the same name.
    fn relocated(&self, tables: &Tables) -> Result<std::collections::BTreeSet<u32>, String> {
        let mut symbols = std::collections::BTreeSet::new();
        let is_mips = self.of.is_mips64el(self.endian);
        let mut with_addend = |(address, size): (u64, u64)| {
            for entry in self.entries::<E::Rela>(address, size)? {
                symbols.insert(entry.r_sym(self.endian, is_mips));
            }
            Ok::<(), String>(())
        };
        with_addend(tables.with_addend)?;
        if tables.functions_have_addends {
            with_addend(tables.functions)?;
        }
        let mut without = vec![tables.without];
        if !tables.functions_have_addends {
            without.push(tables.functions);
        }
        for (address, size) in without {
            for entry in self.entries::<E::Rel>(address, size)? {
                symbols.insert(entry.r_sym(self.endian));
            }
        }
        symbols.remove(&0);
        Ok(symbols)
    }

    fn entries<T: object::Pod>(&self, address: u64, size: u64) -> Result<&'a [T], String> {
        if size == 0 {
            return Ok(&[]);
        }
        let bytes = self.at(address, size)?;
        let count = bytes.len() / size_of::<T>();
        if count > MOST_ENTRIES {
            return Err("a table has too many entries".to_owned());
        }
        let (entries, _) = slice_from_bytes(bytes, count).map_err(|()| "a table is cut")?;
        Ok(entries)
    }

    fn symbol(&self, tables: &Tables, number: u32) -> Result<&'a E::Sym, String> {
        let size = size_of::<E::Sym>() as u64;
        let table = tables.symbols.ok_or("there is no table of symbols")?;
        let address = table.checked_add(u64::from(number) * size).ok_or("a symbol lies beyond all addresses")?;
        let symbols = self.entries::<E::Sym>(address, size)?;
        symbols.first().ok_or_else(|| "a symbol is cut".to_owned())
    }

    /// Whether csvq would find a plugin here.
    fn exports_table(&self, tables: &Tables, strings: &[u8]) -> Result<bool, String> {
        let named = super::TABLES.iter().any(|table| {
            let text = [b"\0", table.as_bytes(), b"\0"].concat();
            strings.windows(text.len()).any(|window| window == text)
        });
        if !named {
            return Ok(false);
        }
        for number in 0..self.symbol_count(tables)? {
            let symbol = self.symbol(tables, number)?;
            if symbol.st_shndx(self.endian) != elf::SHN_UNDEF
                && is_table(name(strings, symbol.st_name(self.endian).into())?)
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// How many symbols there are, as the tables say by which they are looked up.
    fn symbol_count(&self, tables: &Tables) -> Result<u32, String> {
        let word = |bytes: &[u8]| -> Option<u32> {
            let bytes: [u8; 4] = bytes.get(..4)?.try_into().ok()?;
            Some(if self.endian == Endianness::Little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
        };
        let cut = || "the table by which symbols are looked up is cut".to_owned();
        if let Some(address) = tables.hash {
            return word(self.from(address)?.get(4..).ok_or_else(cut)?).ok_or_else(cut);
        }
        let Some(address) = tables.gnu_hash else { return Ok(0) };
        let table = self.from(address)?;
        let at = |index: usize| word(table.get(index * 4..)?);
        let header = || Some((at(0)? as usize, at(1)?, at(2)? as usize));
        let (buckets, first, filters) = header().ok_or_else(cut)?;
        let word_of_filter = if self.of.is_type_64() { 2 } else { 1 };
        let start = filters.checked_mul(word_of_filter).and_then(|words| words.checked_add(4)).ok_or_else(cut)?;
        let chains = start.checked_add(buckets).filter(|chains| *chains < table.len() / 4).ok_or_else(cut)?;
        let Some(last) = (start..chains).filter_map(at).max().filter(|last| *last >= first) else { return Ok(first) };
        let mut last = last;
        // The last one of a chain has its lowest bit set.
        while at(chains + (last - first) as usize).ok_or_else(cut)? & 1 == 0 {
            last += 1;
        }
        last.checked_add(1).ok_or_else(cut)
    }
}

/// A name in the table of names.
fn name(strings: &[u8], at: u64) -> Result<&[u8], String> {
    let rest = usize::try_from(at).ok().and_then(|at| strings.get(at..));
    let rest = rest.ok_or("a name lies outside of the table of names")?;
    let end = rest.iter().position(|byte| *byte == 0).ok_or("a name has no end")?;
    Ok(&rest[..end])
}
