using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace EchoService.Tests.Cli;

/// <summary>A program that prints one line, made without a compiler: what starting a .NET program costs at least.</summary>
internal static class EmptyProgram
{
    public static void Write(string path)
    {
        var assembly = new PersistedAssemblyBuilder(new AssemblyName("nothing"), typeof(object).Assembly);
        var type = assembly.DefineDynamicModule("nothing").DefineType("Program", TypeAttributes.Public | TypeAttributes.Class);
        var main = type.DefineMethod("Main", MethodAttributes.Public | MethodAttributes.Static, typeof(void), []);
        var code = main.GetILGenerator();
        code.EmitWriteLine("nothing");
        code.Emit(OpCodes.Ret);
        type.CreateType();
        var metadata = assembly.GenerateMetadata(out var instructions, out var fields);
        var builder = new ManagedPEBuilder(
            PEHeaderBuilder.CreateExecutableHeader(), new MetadataRootBuilder(metadata), instructions, fields, entryPoint: MetadataTokens.MethodDefinitionHandle(main.MetadataToken));
        var blob = new BlobBuilder();
        builder.Serialize(blob);
        using (var file = File.Create(path))
        {
            blob.WriteContentTo(file);
        }

        File.Copy(Path.ChangeExtension(Testing.Echoctl.Program, ".runtimeconfig.json"), Path.ChangeExtension(path, ".runtimeconfig.json"));
    }
}
